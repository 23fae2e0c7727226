using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Words, options of a multiple choice, and words that bound a value.</summary>
public class MathEquivalenceWordsTests
{
    public static TheoryData<string, string[], string[]> Bounds =>
        new()
        {
            { "12", [], ["between 12 and 13"] },
            {
                "5",
                [],
                [
                    "5 or 6",
                    "5 and 6",
                    "5-6",
                    "5–6",
                    "5~6",
                    "5..6",
                    "5 to 6",
                    "5/0",
                    "<5",
                    "\\geq 5",
                    "≥5",
                    "about 5",
                    "roughly 5",
                    "~5",
                    "≈5",
                    "\\approx 5",
                    "\\sim 5",
                    "less than 5",
                    "no more than 5",
                    "at most 5",
                    "nearly 5",
                    "almost 5",
                    "5 or more",
                    "5+",
                    "more than 5",
                    "over 5",
                    "not 5",
                    "\\neq 5",
                    "isn't 5",
                    "anything but 5",
                    "5 (wrong)",
                    "5?",
                    "5 \\pm 1",
                    "5, maybe",
                    "5 is wrong",
                    "up to 5",
                    "5 if n is even",
                    "4 < x < 6",
                    "x > 5",
                    "5 x",
                ]
            },
            { "7", [], ["a number other than 7", "7 or 8"] },
        };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Bounds_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Choices =>
        new()
        {
            {
                "A",
                ["(A)", "A.", "\\text{A}", "\\textbf{(A)}", "Answer: A", "The answer is A.", "option A", "Choice A"],
                ["B", "A and B", "A, B", "A or B", "(A) or (B)", "not A", "Aardvark", "AB", "A B"]
            },
            { "T", [], ["The"] },
            { "C", [], ["I", "c d"] },
            { "(B)", ["B)"], [] },
            { "B", ["b"], ["B is wrong"] },
            { "(C)", ["The correct answer is (C)."], [] },
            { "D", [], ["Do"] },
        };

    [Theory]
    [MemberData(nameof(Choices))]
    public void Choices_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Words =>
        new()
        {
            { "Tuesday", ["TUESDAY"], ["Thursday"] },
            { "\\text{Yes}", ["Yes."], [] },
            { "Yes", [], ["No", "yes and no", "not yes"] },
            { "\\text{both}", ["Both"], [] },
            { "all of the above", ["All of the above."], ["none of the above"] },
            { "not enough information", ["Not enough information"], ["enough information"] },
            { "no solution", ["No solution"], ["one solution", "solution"] },
            { "June 3", ["june 3"], ["June 4"] },
            { "ellipse", ["an ellipse", "The ellipse"], ["parabola"] },
            { "increasing", [], ["decreasing", "not increasing", "increasing and decreasing"] },
            { "1 and odd prime numbers", ["1 and odd prime numbers"], ["odd prime numbers"] },
            { "neither", ["Neither"], ["either"] },
            { "none", ["None."], [] },
            { "impossible", ["Impossible"], [] },
            { "infinitely many", ["infinitely many"], ["finitely many"] },
            { "even", ["Even"], ["odd"] },
            { "True", ["true"], ["False"] },
            { "John Smith", ["john smith"], ["Smith John"] },
        };

    [Theory]
    [MemberData(nameof(Words))]
    public void Words_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
