using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>A text that is repeated, and words that a program may hold, too.</summary>
public class MathEquivalenceIdenticalTests
{
    public static TheoryData<string, string[], string[]> IdenticalTexts =>
        new()
        {
            { "2^{1000000!}", ["2^{1000000!}"], [] },
            { "\\frac10", [], ["\\frac10"] },
            { "\\frac{1}{0}", [], ["\\frac{1}{0}"] },
            { "\\ln 0", [], ["\\ln 0"] },
            { "\\frac{\\infty}{\\infty}", [], ["\\frac{\\infty}{\\infty}"] },
            { "print(5)", [], ["print(5)"] },
            { "\\frac{3}{", [], ["\\frac{3}{"] },
            { "\\frac{3}", [], ["\\frac{3}"] },
            { "5+", [], ["5+"] },
            { "5,", [], ["5,"] },
            { "x=", [], ["x="] },
            { "\\sqrt", [], ["\\sqrt"] },
            { "(1,2", [], ["(1,2"] },
            { "lambda: 36", [], ["lambda: 36"] },
            { "\\unknowncommand{x}", ["\\unknowncommand{x}"], [] },
            { "A+", ["A+"], [] },
            { "rate of return", ["rate of return"], [] },
            { "gold", ["gold", "Gold"], ["silver"] },
            { "open", ["Open"], [] },
            { "system", ["\\text{system}"], [] },
            { "open interval", ["open interval"], [] },
            { "return", ["return"], [] },
            { "\\text{return on investment}", ["return on investment"], [] },
            { "select all", ["select all"], [] },
            { "import", ["import"], [] },
            { "x \\to \\infty", ["x \\to \\infty"], [] },
        };

    [Theory]
    [MemberData(nameof(IdenticalTexts))]
    public void IdenticalTexts_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
