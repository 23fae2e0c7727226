using Rlhf.Datasets;
using Rlhf.Rewards;

namespace Rlhf.Tests.Core.Rewards;

/// <summary>Programs in the sandbox, in the shell's language, which every Linux has.</summary>
public class UnitTestsSourceTests
{
    private const string Tests = "[ \"$(double 4)\" = 8 ] || exit 1\n[ \"$(double 0)\" = 0 ] || exit 1";

    private static readonly UnitTestsOptions Shell = new()
    {
        Command = ["sh", "{file}"],
        FileName = "solution.sh",
        Template = "{code}\n{tests}\necho {token}\n",
        WallSeconds = 3,
        CpuSeconds = 1,
        MemoryMebibytes = 64,
        FileMebibytes = 1,
    };

    [Theory]
    [InlineData("Here it is:\n```sh\ndouble() { echo $(($1 * 2)); }\n```\n", 1.0, true)]
    [InlineData("```\ndouble() { echo 8; }\n```", 0.0, true)]
    [InlineData("```\ndouble() { echo $(($1 * 3)); }\n```\nNo, wait.\n```\ndouble() { echo $(($1 + $1)); }\n```\n", 1.0, true)]
    [InlineData("double() { echo $(($1 * 2)); }", 0.0, false)]
    [InlineData("```\nexit 0\n```", 0.0, true)]
    [InlineData("```\nwhile true; do :; done\n```", 0.0, true)]
    [InlineData("```\nsleep 60\n```", 0.0, true)]
    [InlineData("```\ndouble() { echo $(($1 * 2)); }\nsleep 100 &\n```", 1.0, true)]
    [InlineData("```\nhead -c 10000000 /dev/zero > big || exit 1\ndouble() { echo $(($1 * 2)); }\n```", 0.0, true)]
    [InlineData("```\nx=$(head -c 500000000 /dev/zero | tr '\\\\0' a) || exit 1\n[ ${#x} -gt 400000000 ] && double() { echo $(($1 * 2)); }\n```", 0.0, true)]
    public async Task AProgram_IsWorthOneIfItPassesItsTests(string response, double expected, bool answered)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the sandbox needs Linux");
        RewardScore score = await Score(response, Tests);
        Assert.Equal([expected], score.Values);
        Assert.Equal(answered, score.Answered);
    }

    [Fact]
    public async Task TheSandbox_HasNoNetwork_NoEnvironment_AndLeavesNothingBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the sandbox needs Linux");
        Environment.SetEnvironmentVariable("SECRET_OF_THE_TEST", "x");
        string[] before = Directory.GetDirectories(Path.GetTempPath(), "rlhf-sandbox-*");
        Assert.Equal([1.0], (await Score("```\ntrue\n```", "[ -z \"$SECRET_OF_THE_TEST\" ] || exit 1\n[ $(grep -c : /proc/net/dev) -le 1 ] || exit 1")).Values);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "rlhf-sandbox-*").Except(before));
    }

    [Fact]
    public async Task AProblemWithoutTests_CannotBeScored() => Assert.Equal([null], (await Score("```\ntrue\n```", null)).Values);

    [Fact]
    public void OptionsThatCannotWork_AreRefused()
    {
        Assert.Contains("{file}", Assert.Throws<ArgumentException>(() => CodeRewards.UnitTests(Shell with { Command = ["sh"] })).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => CodeRewards.UnitTests(Shell with { Template = "{code}" }));
        Assert.ThrowsAny<Exception>(() => CodeRewards.UnitTests(Shell with { FileName = "../x" }));
    }

    private static async Task<RewardScore> Score(string response, string? tests) =>
        await CodeRewards.UnitTests(Shell).ScoreAsync(new(new Problem { Id = "1", Question = "q", Answer = tests }, response, [], false), TestContext.Current.CancellationToken);
}
