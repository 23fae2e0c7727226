using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

public class ArithmeticStepsTests
{
    private static readonly IRewardSource Process = Verifiers.ArithmeticSteps(new() { WithoutEquation = 0.5 });

    [Theory]
    [InlineData("2 + 3 = 5", 1)]
    [InlineData("2 + 3 = 6", 0)]
    [InlineData("16-3-4=9", 1)]
    [InlineData("16 - 3 * (1 + 1) = 10", 1)]
    [InlineData("(2 + 3) * 4 + 1 = 21", 1)]
    [InlineData("2 + 3 * 4 - 6 / 3 = 12", 1)]
    [InlineData("10 / 4 = 2.5", 1)]
    [InlineData("10 / 3 = 3.33", 0)]
    [InlineData("1 / 2 + 1 / 2 = 1", 1)]
    [InlineData("8 / 4 / 2 = 1", 1)]
    [InlineData("8 - 4 - 2 = 2", 1)]
    [InlineData("5 / 0 = 5", 0)]
    [InlineData("0.1 + 0.2 = 0.3", 1)]
    [InlineData("3 × 4 ÷ 6 \u2212 1 = 1", 1)]
    [InlineData("2 x 3 = 6 eggs", 1)]
    [InlineData("-3 + 5 = 2", 1)]
    [InlineData("4 * -2 = -8", 1)]
    [InlineData("9 * $2 = $18.00.", 1)]
    [InlineData("1,000 + 1 = 1,001", 1)]
    [InlineData("10 = 2 * 5", 1)]
    [InlineData("2 + 3 = 5 + 4 = 9", 0)]
    [InlineData("2 + 3 = 1 + 4 = 5", 1)]
    [InlineData("2 + 3 = 5, so 5 + 4 = 9", 1)]
    [InlineData("2 + 3 = 5, so 5 + 4 = 8", 0)]
    [InlineData("She has 16 - 3 = <<16-3=13>>13 left", 1)]
    [InlineData("She has x = 16 - 3 = 13 left", 1)]
    [InlineData("2 + 3 = 5 - so that is it", 1)]
    [InlineData("- 3 + 5 = 8", 1)]
    [InlineData("a\n * 3 + 5 = 8", 1)]
    [InlineData("Step 1: 3 + 5 = 8", 1)]
    [InlineData("", 0.5)]
    [InlineData("   ", 0.5)]
    [InlineData("She has 5 eggs.", 0.5)]
    [InlineData("5 = 5", 0.5)]
    [InlineData("2 + 3", 0.5)]
    [InlineData("2 + 3 =", 0.5)]
    [InlineData("2 + 3 =\n6", 0.5)]
    [InlineData("x * 3 + 2 = 6", 0.5)]
    [InlineData("x2 + 2 = 6", 0.5)]
    [InlineData("2 * 3 ^ 2 = 18", 0.5)]
    [InlineData("5 + 5 = 10 ^ 2", 0.5)]
    [InlineData("(((2 + 3 = 6", 0)]
    public void Score_Step_ChecksItsEquations(string step, double expected) => Assert.Equal([expected], VerifierCase.Steps(Process, step));

    [Fact]
    public void Score_AnswerLine_AgreesWithTheNearestEarlierResult()
    {
        Assert.Equal([1.0, 1, 1], VerifierCase.Steps(Process, "2 + 3 = 5", "5 * 2 = 10", "#### 10"));
        Assert.Equal([1.0, 1, 0], VerifierCase.Steps(Process, "2 + 3 = 5", "5 * 2 = 10", "#### 5"));
        Assert.Equal([1.0, 0, 1], VerifierCase.Steps(Process, "2 + 3 = 5", "5 * 2 = 11", "#### 11.0"));
        Assert.Equal([1.0, 0.5, 1, 0.5], VerifierCase.Steps(Process, "2 + 3 = 5", "", "#### 5", ""));
        Assert.Equal([0.0], VerifierCase.Steps(Process, "#### 5"));
        Assert.Equal([1.0, 0], VerifierCase.Steps(Process, "2 + 3 = 5", "#### five"));
    }

    [Fact]
    public void Score_RepeatedAnswerLine_CountsOnlyAtTheEnd() =>
        Assert.Equal([1.0, 0.5, 0.5, 1], VerifierCase.Steps(Process, "2 + 3 = 5", "#### 5", "#### 5", "#### 5"));

    [Fact]
    public void Score_NoSteps_HasNoValues() => Assert.Empty(VerifierCase.Steps(Process));

    [Fact]
    public void Default_WithoutEquation_IsZero() => Assert.Equal([0.0], VerifierCase.Steps(Verifiers.ArithmeticSteps(), "so"));

    [Fact]
    public void Options_NotFinite_AreRefused() =>
        Assert.Throws<ArgumentException>(() => Verifiers.ArithmeticSteps(new() { WithoutEquation = double.NaN }));
}
