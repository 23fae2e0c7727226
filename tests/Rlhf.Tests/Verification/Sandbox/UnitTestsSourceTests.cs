using System.ComponentModel.DataAnnotations;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Verification.Sandbox;

namespace Rlhf.Tests.Verification.Sandbox;

/// <summary>Programs in the sandbox: mostly in the shell's language, which every Linux has.</summary>
public class UnitTestsSourceTests
{
    private const string Tests = "[ \"$(double 4)\" = 8 ] || exit 1\n[ \"$(double 0)\" = 0 ] || exit 1";
    private const string Right = "double() { echo $(($1 * 2)); }\n";

    private static readonly UnitTestsOptions Shell = new()
    {
        Command = ["sh", "{file}"],
        FileName = "solution.sh",
        Template = "{code}\n{tests}\necho {token}\n",
        WallSeconds = 3,
        CpuSeconds = 1,
        MemoryMebibytes = 64,
        FileMebibytes = 1,
        Processes = 20,
    };

    [Fact]
    public async Task AProgramThatCannotBeFound_IsQuotedWithItsBeginningOnly()
    {
        SandboxPrerequisites.Require();
        SandboxException refusal = await Assert.ThrowsAsync<SandboxException>(() =>
            SandboxedProcess.RunAsync(new(["true"], new string('x', 3000), ""), Shell, TestContext.Current.CancellationToken)
        );
        Assert.Contains("xxx", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(refusal.Message.Length, 200, 260);
    }

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
    [InlineData(
        "```\nx=$(head -c 500000000 /dev/zero | tr '\\\\0' a) || exit 1\n[ ${#x} -gt 400000000 ] && double() { echo $(($1 * 2)); }\n```",
        0.0,
        true
    )]
    public async Task AProgram_IsWorthOneIfItPassesItsTests(string response, double expected, bool answered)
    {
        SandboxPrerequisites.Require();
        RewardScore score = await Score(response, Tests);
        Assert.Equal([expected], score.Values);
        Assert.Equal(answered, score.Answered);
    }

    [Theory]
    [InlineData("echo 00112233445566778899AABBCCDDEEFF; exit 0")] // some token
    [InlineData("echo {token}; exit 0")] // a place in the code is not filled
    [InlineData("kill -9 $$")]
    [InlineData("kill -9 -1; exit 1")]
    [InlineData("kill -TERM 1; kill -9 1; kill -9 $PPID; sleep 60")]
    [InlineData("bomb() { [ $1 = 0 ] || { bomb $(($1 - 1)) & bomb $(($1 - 1)) & wait; }; }; bomb 8; exit 1")] // bounded, should the sandbox fail
    [InlineData("for i in $(seq 100); do sleep 60 & done")] // too many at once
    [InlineData("for i in $(seq 10); do (while true; do :; done) & done; wait")] // together more time than one may have
    [InlineData("for i in $(seq 9); do (x=$(head -c 20000000 /dev/zero | tr '\\0' a); sleep 60) & done; wait")] // together more memory than one may have
    [InlineData("for i in 1 2 3 4 5; do head -c 500000 /dev/zero > part$i || exit 1; done")] // together more than one file may have
    [InlineData("mkdir -p a; cd a; while mkdir a && cd a; do :; done; exit 1")] // a path too deep to be deleted by name
    [InlineData("yes")]
    [InlineData("(while true; do :; done)")] // the kernel ends the child, and the program goes on
    [InlineData("(while true; do :; done) & (while true; do :; done) & wait")]
    [InlineData("trap '' XCPU TERM INT HUP; while true; do :; done")]
    public async Task AnAttack_IsAValidZero_AndIsOverInTime(string code)
    {
        SandboxPrerequisites.Require();
        long start = TimeProvider.System.GetTimestamp();
        RewardScore score = await Score($"```\n{code}\n{Right}```", Tests);
        Assert.Equal([0.0], score.Values);
        Assert.True(score.Answered);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("[ $(grep -c : /proc/net/dev) -le 1 ]")] // no network but a loopback that is down
    [InlineData("[ \"$(env | grep -c SECRET)\" = 0 ]")]
    [InlineData("[ \"$(cat)\" = '' ]")] // nothing to read
    [InlineData("! touch /var/tmp/x && ! touch /run/x && ! touch \"$OUTSIDE\" && ! echo >> \"$OUTSIDE_FILE\"")]
    [InlineData("! mount -o remount,rw / && ! umount /tmp && ! unshare --user --map-root-user --mount true")]
    [InlineData("! echo 1 > /proc/sys/kernel/core_pattern && ! echo 1 > /proc/sys/vm/drop_caches")]
    [InlineData("[ -z \"$(find /dev -type b)\" ] && echo x > /dev/null && [ -c /dev/urandom ] && : > /dev/shm/x")]
    [InlineData("[ \"$(ls /tmp)\" = solution.sh ] && [ \"$(pwd)\" = /tmp ] && [ \"$HOME\" = /tmp ]")]
    [InlineData("[ \"$(grep CapEff /proc/self/status | tr -d '\\t' | cut -d: -f2)\" = 0000000000000000 ]")]
    [InlineData("! kill -0 1 || true; (kill -ABRT $(sh -c 'echo $PPID')); [ $? = 134 ]")] // signals work as they do outside
    public async Task TheSandbox_HasNothingButItsOwn(string check)
    {
        SandboxPrerequisites.Require();
        Environment.SetEnvironmentVariable("SECRET_OF_THE_TEST", "x");
        string outside = Path.Combine(AppContext.BaseDirectory, "written-by-a-program"),
            file = Path.Combine(AppContext.BaseDirectory, "Rlhf.Tests.deps.json");
        long length = new FileInfo(file).Length;
        string[] before = Directory.GetFileSystemEntries(Path.GetTempPath());
        RewardScore score = await Score("```\ntrue\n```", $"OUTSIDE='{outside}' OUTSIDE_FILE='{file}'\n{check} || exit 1");
        Assert.Equal([1.0], score.Values);
        Assert.False(File.Exists(outside));
        Assert.Equal(length, new FileInfo(file).Length);
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(Path.GetTempPath()).Except(before),
            f => f.Contains("sandbox", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Children_DoNotSurvive()
    {
        SandboxPrerequisites.Require();
        Assert.Equal([1.0], (await Score($"```\n(trap '' HUP TERM; exec sleep 98765) > /dev/null 2>&1 &\n{Right}```", Tests)).Values);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await CodeRewards.UnitTests(Shell).ScoreAsync(Completion("```\nsetsid sleep 98765 &\nsleep 98765\n```", Tests), stop.Token)
        );
        for (int i = 0; i < 100 && Sleepers() > 0; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, Sleepers());

        static int Sleepers() =>
            Directory
                .GetDirectories("/proc")
                .Count(p =>
                {
                    try
                    {
                        return File.ReadAllText(p + "/cmdline").Contains("98765", StringComparison.Ordinal);
                    }
                    catch (IOException)
                    {
                        return false;
                    }
                });
    }

    [Theory]
    [InlineData(
        "python3",
        "solution.py",
        "{code}\n{tests}\nprint('{token}')",
        "def double(x): return 2 * x",
        "assert double(4) == 8",
        "def double(x): return f\"{x}{x}\""
    )]
    [InlineData(
        "node",
        "solution.js",
        "{code}\n{tests}\nconsole.log('{token}')",
        "const double = x => 2 * x",
        "if (double(4) !== 8) process.exit(1)",
        "const double = x => 3 * x"
    )]
    [InlineData(
        "bash",
        "solution.sh",
        "{code}\n{tests}\necho {token}",
        "double() { echo $((2 * $1)); }",
        "[[ $(double 4) == 8 ]] || exit 1",
        "double() { :; }"
    )]
    [InlineData(
        "perl",
        "solution.pl",
        "{code}\n{tests}\nprint '{token}'",
        "sub double { 2 * shift }",
        "die unless double(4) == 8;",
        "sub double { die }"
    )]
    [InlineData(
        "g++",
        "solution.cpp",
        "#include <cstdio>\n#include <cassert>\n{code}\nint main() { {tests} puts(\"{token}\"); }",
        "int twice(int x) { return 2 * x; }",
        "assert(twice(4) == 8);",
        "int twice(int x) { return x; }"
    )]
    public async Task ALanguage_IsAMatterOfConfiguration(
        string program,
        string file,
        string template,
        string right,
        string tests,
        string wrong
    )
    {
        SandboxPrerequisites.Require();
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, program))),
            $"{program} is not installed"
        );
        UnitTestsOptions options = new()
        {
            Command = program == "g++" ? ["sh", "-c", "g++ -o program {file} && ./program"] : [program, "{file}"],
            FileName = file,
            Template = template,
            CpuSeconds = 20,
            WallSeconds = 40,
        };
        IRewardSource source = CodeRewards.UnitTests(options);
        Assert.Equal(
            [1.0],
            (await source.ScoreAsync(Completion($"```\n{right}\n```", tests), TestContext.Current.CancellationToken)).Values
        );
        Assert.Equal(
            [0.0],
            (await source.ScoreAsync(Completion($"```\n{wrong}\n```", tests), TestContext.Current.CancellationToken)).Values
        );
        Assert.Equal(
            [0.0],
            (await source.ScoreAsync(Completion("```\n}{ nonsense (\n```", tests), TestContext.Current.CancellationToken)).Values
        );
    }

    [Fact]
    public async Task TestsThatSpellOutAPlace_AreLeftAsTheyAre()
    {
        SandboxPrerequisites.Require();
        Assert.Equal([1.0], (await Score("```\nx=1\n```", "[ '{code} {token}' = '{'code'} {'token'}' ] || exit 1")).Values);
    }

    [Fact]
    public async Task AFailureOfTheSandbox_IsNotTheProgramsFailure()
    {
        SandboxPrerequisites.Require();
        string tooLarge = $"```\n: {new string('x', 3 << 20)}\n{Right}```";
        Exception error = await Assert.ThrowsAnyAsync<Exception>(async () => await Score(tooLarge, Tests));
        Assert.Contains("does not fit into 1 MiB", error.Message, StringComparison.Ordinal);
        RewardScores scores = new RewardScorer([CodeRewards.UnitTests(Shell)]).Score(
            [Completion(tooLarge, Tests), Completion($"```\n{Right}```", Tests)],
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal([null, 1.0], scores["unit_tests"].Values.Select(v => v[0]));
        Assert.Equal(1, scores["unit_tests"].Failures.Failed);
    }

    [Fact]
    public async Task AProblemWithoutTests_CannotBeScored() => Assert.Equal([null], (await Score("```\ntrue\n```", null)).Values);

    [Fact]
    public void OptionsThatCannotWork_AreRefused()
    {
        Assert.Contains(
            "{file}",
            Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { Command = new[] { "sh" } }))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "template has no {token}",
            Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { Template = "{code}" }))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "template has no {code}",
            Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { Template = "{tests}{token}" }))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "functionTemplate has no {function}",
            Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { FunctionTemplate = "{code}" }))).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { FileName = "../x" })));
        Assert.Throws<ValidationException>(() => CodeRewards.UnitTests(Shell.With(new { FileName = ".." })));
    }

    [Fact]
    public void ADeadlineThatComesBeforeTheProgramsOwn_IsRefused()
    {
        SandboxPrerequisites.Require();
        IRewardSource source = CodeRewards.UnitTests(Shell.With(new { WallSeconds = 10 }));
        string message = Assert.Throws<ArgumentException>(() => new RewardScorer([source], Named(9))).Message;
        Assert.Contains("'unit_tests' more than 10 s in deadlines", message, StringComparison.Ordinal);
        _ = new RewardScorer([source], Named(15));
        _ = new RewardScorer([source]);

        static RewardScorerOptions Named(int seconds) =>
            new() { Deadlines = new Dictionary<string, TimeSpan> { ["unit_tests"] = TimeSpan.FromSeconds(seconds) } };
    }

    [Fact]
    public void AMissingProgramOrSandbox_IsRefusedAtOnce_WithItsName()
    {
        SandboxPrerequisites.Require();
        string message = Assert
            .Throws<ArgumentException>(() => CodeRewards.UnitTests(Shell.With(new { Command = new[] { "no-such-language", "{file}" } })))
            .Message;
        Assert.Contains("there is no program 'no-such-language'", message, StringComparison.Ordinal);
        Assert.Contains("key command", message, StringComparison.Ordinal);
        string? path = Environment.GetEnvironmentVariable("PATH");
        string empty = Directory.CreateTempSubdirectory("rlhf-no-unshare-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("PATH", empty);
            Assert.Contains(
                "unshare",
                Assert.Throws<ArgumentException>(() => CodeRewards.UnitTests(Shell)).Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
            Directory.Delete(empty);
        }
    }

    private static async Task<RewardScore> Score(string response, string? tests) =>
        await CodeRewards.UnitTests(Shell).ScoreAsync(Completion(response, tests), TestContext.Current.CancellationToken);

    private static Completion Completion(string response, string? tests) =>
        new(
            new Problem
            {
                Id = "1",
                Question = "q",
                Answer = tests,
            },
            response,
            [],
            false
        );
}
