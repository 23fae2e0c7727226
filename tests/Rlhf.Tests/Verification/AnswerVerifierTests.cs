using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

public class AnswerVerifierTests
{
    [Theory]
    [InlineData("so\n#### New  York", "New York", false, 1)]
    [InlineData("The answer is new york", "New York", false, 0)]
    [InlineData("The answer is new york", "New York", true, 1)]
    [InlineData("\\boxed{x}", "y", true, 0)]
    [InlineData("nothing marked", "nothing marked", true, 0)]
    public void Exact_ComparesTheMarkedTextButForSpaces(string text, string answer, bool ignoreCase, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifiers.Exact(new() { IgnoreCase = ignoreCase }), text, answer).Values);

    [Fact]
    public void Exact_OfTheWholeResponse_NeedsNoMark() =>
        Assert.Equal([1.0], VerifierCase.Score(Verifiers.Exact(new() { Compare = ComparedText.Response }), " a\n b ", "a b").Values);

    [Theory]
    [InlineData("ANSWER: B\nANSWER: C", "C", false, 1.0, true)]
    [InlineData("ANSWER: B\nANSWER: C", "B", false, 0.0, true)]
    [InlineData("ANSWER: c", "C", false, 0.0, true)]
    [InlineData("ANSWER: c", "C", true, 1.0, true)]
    [InlineData("the answer is C", "C", true, 0.0, false)]
    [InlineData("ANSWER: C", null, false, null, true)]
    public void Regex_ComparesWhatItsLastMatchHolds(string text, string? reference, bool ignoreCase, double? expected, bool answered)
    {
        RewardScore score = VerifierCase.Score(
            Verifiers.Regex(new() { Pattern = @"ANSWER: *(?<answer>[A-Za-z]+)", IgnoreCase = ignoreCase }),
            text,
            reference
        );
        Assert.Equal([expected], score.Values);
        Assert.Equal(answered, score.Answered);
    }

    [Theory]
    [InlineData("ANSWER: (.*)", "no group (?<answer>")]
    [InlineData(@"(?<answer>a)\1", "cannot be used")]
    [InlineData("(?<answer>", "cannot be used")]
    public void Regex_WithAPatternThatCannotServe_IsRefused(string pattern, string because) =>
        Assert.Contains(
            because,
            Assert.Throws<ArgumentException>(() => Verifiers.Regex(new() { Pattern = pattern })).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("it is 10.05", "10", 0.05, 0, 1)]
    [InlineData("it is 10.0500001", "10", 0.05, 0, 0)]
    [InlineData("it is 1010", "1,000", 0, 0.01, 1)]
    [InlineData("it is 1011", "1,000", 0, 0.01, 0)]
    [InlineData("#### -3/4", "-0.75", 0, 0, 1)]
    [InlineData("no number", "3", 100, 0, 0)]
    [InlineData("\\boxed{\\frac{1}{2}}", "0.5", 0, 0, 1)]
    [InlineData("\\boxed{\\frac{1}{2}}", "2", 0, 0, 0)]
    [InlineData("\\boxed{x = -\\dfrac{3}{4} \\text{ m}}", "\\frac{-3}{4}", 0, 0, 1)]
    [InlineData("\\boxed{x = -\\dfrac{3}{4} \\text{ m}}", "-\\frac{3}{4}", 0, 0, 1)]
    [InlineData("\\boxed{\\frac{\\sqrt{3}}{2}}", "2", 0, 0, 0)]
    [InlineData("\\boxed{\\sqrt{3}}", "3", 0, 0, 0)]
    [InlineData("\\boxed{2^{10}}", "10", 0, 0, 0)]
    [InlineData("\\boxed{10 \\text{ cm}}", "10", 0, 0, 1)]
    [InlineData("it is 1.5e3 m", "1500", 0, 0, 1)]
    [InlineData("it is 1.5e3 m", "3", 0, 0, 0)]
    [InlineData("\\boxed{-2.5 \\times 10^{-3}}", "-0.0025", 0, 0, 1)]
    [InlineData("it is 602", "6.02E2", 0, 0, 1)]
    [InlineData("it is 603", "6.02 × 10^2", 0, 0.01, 1)]
    public void Numeric_IsRightWithinItsTolerance(string text, string answer, double absolute, double relative, double expected) =>
        Assert.Equal(
            [expected],
            VerifierCase.Score(Verifiers.Numeric(new() { Absolute = absolute, Relative = relative }), text, answer).Values
        );

    [Theory]
    [InlineData("3*6=<<3*6=18>>18\nA: $18.00", "18", 1)]
    [InlineData("#### 17\nNo:\n#### 18 apples", "18", 1)]
    [InlineData("The answer is **18**.", "18", 1)]
    [InlineData("Final Answer: The final answer is $18$. I hope it is correct.", "18", 1)]
    [InlineData("<think>\\boxed{17}</think> So \\boxed{18 \\text{ cm}}.", "18", 1)]
    [InlineData("<think>\\boxed{18}</think> So \\boxed{17}.", "18", 0)]
    [InlineData("So \\boxed{18", "18", 0)]
    [InlineData("The answer is (C).", "\\text{(C)}", 1)]
    [InlineData("The answer is not 18", "18", 0)]
    [InlineData("The answer is **18** meters.", "18", 1)]
    [InlineData("**Answer:** **18** apples", "18", 1)]
    [InlineData("**Answer:** 2**3", "8", 1)]
    [InlineData("Answer: 2 ** 3", "8", 1)]
    [InlineData("**Answer:** 2**3", "23", 0)]
    [InlineData("So we end with\n\n\\[\n(2,5)\n\\]", "(2,5)", 1)]
    [InlineData("So it is \\((2,5)\\).", "(2,5)", 1)]
    [InlineData("So it is \\((5,2)\\).", "(2,5)", 0)]
    public void Math_TakesTheFinalAnswerOfTheResponse(string text, string answer, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifiers.Math(), text, answer).Values);

    [Fact]
    public void Numeric_WithAReferenceThatIsNoNumber_CannotScore() =>
        Assert.Equal([null], VerifierCase.Score(Verifiers.Numeric(), "#### 3", "three").Values);

    [Theory]
    [InlineData("Answer: red, Green, blue", "blue, red, green", 1)]
    [InlineData("Answer: red, red", "red, blue", 2.0 / 3)]
    [InlineData("Answer: pink", "red, blue", 0)]
    [InlineData("none", "red", 0)]
    public void SetF1_IsTheHarmonicMeanOfPrecisionAndRecall(string text, string answer, double expected) =>
        Assert.Equal(expected, VerifierCase.Score(Verifiers.SetF1(), text, answer).Values[0]!.Value, 1e-12);

    [Theory]
    [InlineData("<think>so</think><answer>5</answer>", 1)]
    [InlineData(" <think>so</think>\n<answer>5</answer> ", 1)]
    [InlineData("<think></think><answer>5</answer>", 0)]
    [InlineData("<think>so</think><answer> </answer>", 0)]
    [InlineData("<think>so</think> then <answer>5</answer>", 0)]
    [InlineData("<think>a</think><think>b</think><answer>5</answer>", 0)]
    [InlineData("<answer>5</answer><think>so</think>", 0)]
    [InlineData("5", 0)]
    public void ThinkAnswer_WantsBothTagsOnceInTheirOrder(string text, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifiers.Format(new() { Rule = FormatRule.ThinkAnswer }), text, "5").Values);

    [Theory]
    [InlineData("{\"a\": [1, 2]}", 1)]
    [InlineData("Here:\n```json\n{\"a\": 1}\n```", 1)]
    [InlineData("{\"a\": 1", 0)]
    [InlineData("5", 0)]
    [InlineData("", 0)]
    public void Json_WantsOneObjectOrList(string text, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifiers.Format(new() { Rule = FormatRule.Json }), text, "5").Values);
}
