using Rlhf.Verification.Sandbox;

namespace Rlhf.Tests.Verification.Sandbox;

/// <summary>Tests that give input and output, and what a program may try against them.</summary>
public class TestCasesInTheSandboxTests
{
    private const string Sums = "{\"inputs\": [\"1 2\\n\", \"3 4\\n\", \"\"], \"outputs\": [\"3\\n\", \"7\\n\", \"0\\n\"]}";
    private const string Sum = "read a b\necho $((a + b))\n";
    private const string Additions = "{\"fn_name\": \"add\", \"inputs\": [[1, 2], [3, 4]], \"outputs\": [3, 7]}";

    private static readonly UnitTestsOptions Shell = new()
    {
        Command = ["sh", "{file}"],
        FileName = "solution.sh",
        Template = "{code}\n{tests}\necho {token}\n",
        WallSeconds = 6,
        CpuSeconds = 2,
        MemoryMebibytes = 64,
        FileMebibytes = 1,
        Processes = 20,
    };

    private static readonly UnitTestsOptions Python = new() { Command = ["/usr/bin/python3", "-I", "{file}"], WallSeconds = 20 };

    [Theory]
    [InlineData(Sum, 1)]
    [InlineData("read a b\necho 3\n", 0)] // the first case alone
    [InlineData("cat\n", 0)]
    [InlineData("exit 0\n", 0)]
    [InlineData("echo 3; exit 0\n", 0)]
    [InlineData("read a b\necho $((a + b))\nexit 1\n", 0)]
    [InlineData("rm -f .input*\n" + Sum, 0)]
    [InlineData("yes\n", 0)]
    [InlineData("sleep 60\n", 0)]
    [InlineData("i=0; while [ $i -lt 20000 ]; do echo padding padding padding; i=$((i + 1)); done\n" + Sum, 0)]
    public async Task AProgram_PassesIfItPrintsWhatEveryCaseWants(string code, double expected)
    {
        SandboxPrerequisites.Require();
        Assert.Equal(expected, await Score(Shell, $"```sh\n{code}```", Sums));
    }

    [Fact]
    public async Task LargeInputs_ComeWhole()
    {
        SandboxPrerequisites.Require();
        string line = new('x', 200_000),
            tests = $"[{{\"input\": \"{line}\", \"output\": \"200000\"}}, {{\"input\": \"ü\", \"output\": \"2\"}}]";
        Assert.Equal(1, await Score(Shell, "```sh\nwc -c | tr -d ' '\n```", tests));
    }

    [Theory]
    [InlineData("```python\ndef add(a, b):\n    return a + b\n```", 1)]
    [InlineData("```python\ndef add(a, b):\n    return a + b\n```\nFor example:\n```python\nprint(add(1, 2))\n```\n```\n3\n```", 1)]
    [InlineData("```python\nclass Solution:\n    def add(self, a, b):\n        print('adding')\n        return a + b\n```", 1)]
    [InlineData("<think>\n```python\ndef add(a, b):\n    return a - b\n```\n</think>\n```python\ndef add(a, b):\n    return a + b\n```", 1)]
    [InlineData("```python\ndef add(a, b):\n    return a + b\n```\n<think>\n```python\ndef add(a, b):\n    return a - b\n```", 1)]
    [InlineData("<think>\n```python\ndef add(a, b):\n    return a + b\n```", 0)]
    [InlineData("```python\nclass Any:\n    def __eq__(self, other): return True\ndef add(a, b): return Any()\n```", 0)]
    [InlineData("```python\nclass Any(int):\n    def __eq__(self, other): return True\ndef add(a, b): return Any(0)\n```", 0)]
    [InlineData("```python\nimport os\ndef add(a, b): os._exit(0)\n```", 0)]
    [InlineData("```python\nimport json\njson.dumps = lambda *a, **k: 'true'\ndef add(a, b): return 0\n```", 0)]
    [InlineData(
        "```python\nimport sys, glob\nprint([open(p, errors='ignore').read() for p in glob.glob('/tmp/*') + ['/proc/1/cmdline', __file__]])\ndef add(a, b): return 0\n```",
        0
    )]
    public async Task AFunction_PassesByItsResultsAlone(string response, double expected)
    {
        RequirePython();
        Assert.Equal(expected, await Score(Python, response, Additions));
    }

    // The same tricks work within one process, as the options say.
    [Theory]
    [InlineData("class Any:\n    def __eq__(self, other): return True\ndef add(a, b): return Any()", 1)]
    [InlineData("import os\nos._exit(0)", 0)]
    [InlineData("def add(a, b): return a + b", 1)]
    public async Task TestsThatAreCode_CanBeFooledByEquality_AndNotByLeavingEarly(string code, double expected)
    {
        RequirePython();
        Assert.Equal(expected, await Score(Python, $"```python\n{code}\n```", "assert add(1, 2) == 3"));
    }

    [Theory]
    [InlineData("```\na, b = map(int, input().split() or [0, 0])\nprint(a + b)\n```\nFor `1 2`:\n```\n3\n```", 1)]
    [InlineData("```\na, b = map(int, input().split() or [0, 0])\nprint(a + b)\n```\nOutput:\n```\nResult: three\n```", 1)]
    [InlineData("```\na, b = map(int, input().split() or [0, 0])\nprint(a + b)\n```\nOutput:\n```\nit works\n```", 1)]
    public async Task ABlockWithoutATag_IsAProgramIfItCompiles(string response, double expected)
    {
        RequirePython();
        Assert.Equal(expected, await Score(Python, response, "{\"inputs\": [\"1 2\\n\"], \"outputs\": [\"3\\n\"]}"));
    }

    [Fact]
    public async Task TestsThatAreNoCases_AreAnError_WithTheProblem()
    {
        SandboxPrerequisites.Require();
        string message = (
            await Assert.ThrowsAsync<InvalidDataException>(() => Score(Shell, "```sh\ntrue\n```", "[\"assert f(1) == 2\"]"))
        ).Message;
        Assert.StartsWith("problem 'p7': the tests are", message, StringComparison.Ordinal);
        Assert.Contains(
            "functionTemplate",
            (await Assert.ThrowsAsync<InvalidDataException>(() => Score(Shell, "```sh\ntrue\n```", Additions))).Message,
            StringComparison.Ordinal
        );
        Assert.Null(await Score(Shell, "```sh\ntrue\n```", " \n"));

        IVerifier source = Assert.IsAssignableFrom<IVerifier>(CodeRewards.UnitTests(Shell));
        Assert.Null(source.WhyUnreadable(Problem(Sums)));
        Assert.Null(source.WhyUnreadable(Problem("[ 1 = 1 ] || exit 1")));
        Assert.Equal("it is blank", source.WhyUnreadable(Problem(" ")));
        Assert.Contains("without the lists", source.WhyUnreadable(Problem("{}")), StringComparison.Ordinal);
        Assert.Contains("functionTemplate", source.WhyUnreadable(Problem(Additions)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFunctionOfAnotherLanguage_IsCalledByATemplate()
    {
        SandboxPrerequisites.Require();
        UnitTestsOptions options = Shell.With(new { FunctionTemplate = "{code}\n{function} $(tr -d '[],')\n" });
        Assert.Equal(1, await Score(options, "```sh\nadd() { echo $(($1 + $2)); }\n```", Additions));
        Assert.Equal(0, await Score(options, "```sh\nadd() { echo 3; }\n```", Additions));
    }

    private static void RequirePython()
    {
        SandboxPrerequisites.Require();
        Assert.SkipUnless(File.Exists(Python.Command[0]), $"{Python.Command[0]} is not installed");
    }

    private static async Task<double?> Score(UnitTestsOptions options, string response, string tests) =>
        (
            await CodeRewards.UnitTests(options).ScoreAsync(new(Problem(tests), response, [], false), TestContext.Current.CancellationToken)
        ).Values[0];

    private static Problem Problem(string tests) =>
        new()
        {
            Id = "p7",
            Question = "q",
            Answer = tests,
        };
}
