using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

public class BoxedAndFormatTests
{
    private static readonly IRewardSource Boxed = Verifiers.Boxed();

    [Theory]
    [InlineData(@"so $\boxed{5}$.", "5", 1)]
    [InlineData(@"\boxed{4} no, \boxed{5}", "5", 1)]
    [InlineData(@"\boxed{5} no, \boxed{4}", "5", 0)]
    [InlineData(@"\fbox{4} \boxed{5} \fbox{6}", "6", 1)]
    [InlineData(@"\boxed{\boxed{5}}", "5", 1)]
    [InlineData(@"\boxed 5$ and", "5.0", 1)]
    [InlineData(@"\boxed 5.", "5", 1)]
    [InlineData(@"\boxed {5}", "5", 1)]
    [InlineData(@"\boxed{5} \boxedfoo{6}", "5", 1)]
    [InlineData(@"\boxed{\frac{3}{4}}", "0.75", 1)]
    [InlineData(@"\boxed{-\dfrac{3}{4}}", @"-\tfrac{6}{8}", 1)]
    [InlineData(@"\boxed{\$1{,}234.50}", "1,234.5", 1)]
    [InlineData(@"\boxed{50\%}", "50", 1)]
    [InlineData(@"\boxed{1\,234}", "1234", 1)]
    [InlineData(@"\boxed{\left( 1, 2 \right)}", "(1,2)", 1)]
    [InlineData(@"\boxed{\{1, 2\}}", @"\{1,2\}", 1)]
    [InlineData(@"\boxed{\left\{ x \right.}", @"\{x.", 1)]
    [InlineData(@"\boxed{x + 1}", "x+1", 1)]
    [InlineData(@"\boxed{east  side}", "east side", 1)]
    [InlineData(@"\boxed{1 2}", "12", 0)]
    [InlineData(@"\boxed{1,2}", "12", 0)]
    [InlineData(@"\boxed{\frac{3}{0}}", "3", 0)]
    public void Boxed_Answer_IsTheLastOneComparedLightly(string text, string answer, double expected)
    {
        RewardScore score = VerifierCase.Score(Boxed, text, answer);
        Assert.Equal([expected], score.Values);
        Assert.True(score.Answered);
    }

    [Theory]
    [InlineData("5")]
    [InlineData(@"\boxed")]
    [InlineData(@"\boxed{}")]
    [InlineData(@"\boxed{ }")]
    [InlineData(@"\boxed{4} and \boxed{5")]
    [InlineData(@"\boxed{5\}")]
    [InlineData(@"\boxed $")]
    [InlineData(@"boxed{5}")]
    [InlineData(@"\boxedfoo{5}")]
    public void Boxed_NoAnswer_IsAValidZeroThatSaysSo(string text)
    {
        RewardScore score = VerifierCase.Score(Boxed, text, "5");
        Assert.Equal([0.0], score.Values);
        Assert.False(score.Answered);
    }

    [Fact]
    public void Boxed_NoReference_CannotBeScored()
    {
        Assert.Null(VerifierCase.Score(Boxed, @"\boxed{5}").Values[0]);
        Assert.Null(VerifierCase.Score(Boxed, @"\boxed{5}", " ").Values[0]);
    }

    [Theory]
    [InlineData("1 + 1 = 2\n#### 2", 1)]
    [InlineData("#### 2 \n\n", 1)]
    [InlineData("1 + 1 = 2 #### 2", 0)]
    [InlineData("#### 2\nthat is it", 0)]
    [InlineData("#### 2\n#### 2", 0)]
    [InlineData("####", 0)]
    [InlineData("##### 2", 0)]
    [InlineData("", 0)]
    public void Format_FinalLine_StandsOnceAndLast(string text, double expected)
    {
        RewardScore score = VerifierCase.Score(Verifiers.Format(), text);
        Assert.Equal([expected], score.Values);
        Assert.Null(score.Answered);
    }

    [Fact]
    public void Format_BoxedAndPattern_LookForThem()
    {
        IRewardSource boxed = Verifiers.Format(new() { Rule = FormatRule.Boxed });
        IRewardSource think = Verifiers.Format(new() { Rule = FormatRule.Pattern, Pattern = @"(?s)\A<think>.*</think>\s*\S" });
        Assert.Equal([1.0], VerifierCase.Score(boxed, @"\boxed{5}").Values);
        Assert.Equal([0.0], VerifierCase.Score(boxed, @"\boxed{5").Values);
        Assert.Equal([1.0], VerifierCase.Score(think, "<think>a\nb</think>\n5").Values);
        Assert.Equal([0.0], VerifierCase.Score(think, "5<think>a\nb</think>\n5").Values);
    }

    [Theory]
    [InlineData(FormatRule.Pattern, null, "needs a Pattern")]
    [InlineData(FormatRule.Boxed, "a", "only that rule")]
    [InlineData(FormatRule.Pattern, "(", "cannot be used")]
    [InlineData(FormatRule.Pattern, @"(a)\1", "cannot be used")]
    [InlineData(FormatRule.Pattern, "(?=a)", "cannot be used")]
    public void Format_PatternThatCannotWork_IsRefused(FormatRule rule, string? pattern, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(() => Verifiers.Format(new() { Rule = rule, Pattern = pattern })).Message,
            StringComparison.Ordinal
        );
}
