using Rlhf.Verification;

namespace Rlhf.Tests.Verification;

/// <summary>Which box is the answer.</summary>
public class BoxedTextTests
{
    private static readonly IRewardSource Verifier = Verifiers.Math();

    [Theory]
    [InlineData("First attempt gives \\boxed{5}. That is wrong; correcting, the answer is \\boxed{7}.", "7", 1)]
    [InlineData("First attempt gives \\boxed{5}. That is wrong; correcting, the answer is \\boxed{7}.", "5", 0)]
    [InlineData("\\boxed{12} or \\boxed{13}", "12", 0)]
    [InlineData("\\boxed{12} or \\boxed{13}", "13", 0)]
    [InlineData("\\boxed{12}, \\boxed{13}", "12, 13", 1)]
    [InlineData("$\\boxed{12}$ and $\\boxed{13}$", "13", 0)]
    [InlineData("$\\boxed{12}$ and $\\boxed{13}$", "12,13", 1)]
    [InlineData("\\fbox{5}", "5", 1)]
    [InlineData("not \\boxed{5}", "5", 0)]
    [InlineData("The answer is not $\\boxed{5}$.", "5", 0)]
    [InlineData("Is it \\boxed{5}?", "5", 0)]
    [InlineData("\\boxed{5}. Wait, no.", "5", 0)]
    [InlineData("\\boxed{5}. Wait, no. It is 7.", "7", 1)]
    [InlineData("\\boxed{5} is wrong? The answer is 7.", "5", 0)]
    [InlineData("\\boxed{}", "5", 0)]
    [InlineData("\\boxed{5", "5", 0)]
    [InlineData("\\boxed{5} and \\boxed{6", "5", 0)]
    [InlineData("could answer therefore\\boxed{840}.,but let me put this after explain.\n\n**Final Answer**\n\\boxed{840}", "840", 1)]
    [InlineData(
        "the answer should be \\boxed{004}.\n\nBut let me check again: the sum is 2,552,004. So, \\boxed{004} is the correct answer.\n\n**Final Answer**\n\\boxed{004}",
        "4",
        1
    )]
    [InlineData("... [\\boxed{42}]", "42", 1)]
    [InlineData("\\boxed{\\text{E}}", "E", 1)]
    [InlineData("\\boxed{\\langle H\\rangle \\ll \\Delta E}\n\n**Answer: D**", "D", 1)]
    [InlineData("\\boxed{\\langle H\\rangle \\ll \\Delta E}\n\n**Answer: D**", "E", 0)]
    [InlineData("$\\boxed{5}$ apples", "5", 1)]
    [InlineData("$$\\boxed{x = 5}$$", "5", 1)]
    [InlineData("$$\\boxed{x = 5}$$", "y", 0)]
    [InlineData("\\boxed{\\frac{3}{4}}.", "\\frac{3}{4}", 1)]
    [InlineData("\\boxed{\\frac{3}{4}}", "4", 0)]
    [InlineData("\\boxed{\\sqrt{2}}", "2", 0)]
    [InlineData("\\boxed{5 \\text{ or } 6}", "5", 0)]
    [InlineData("\\boxed{5}\n\nSo 3 apples and 2 pears make 5.", "5", 1)]
    [InlineData("\\boxed{5}\n\nSo 3 apples and 2 pears make 7 - 2.", "2", 0)]
    [InlineData("\\boxed{1{,}000}", "1000", 1)]
    [InlineData("\\boxed{\\boxed{5}}", "5", 1)]
    [InlineData("\\boxed\n{5}", "5", 1)]
    [InlineData("The answer is \\boxed{5}. The final answer is 7.", "7", 0)]
    [InlineData("\\boxed{7}\nActually, the answer is 5.", "5", 1)]
    [InlineData("\\boxed{7}\nActually, the answer is 5.", "7", 0)]
    [InlineData("Put the answer in \\boxed{}. The answer is 5", "5", 1)]
    public void Math_Boxes_TheLastOneThatIsNotTakenBackCounts(string response, string answer, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifier, response, answer).Values);
}
