using Rlhf.Verification.Sandbox;

namespace Rlhf.Tests.Verification.Sandbox;

public class ProgramChoiceTests
{
    private const string Program = "def add(a, b):\n    return a + b\n";
    private const string Tests = "assert add(1, 2) == 3";

    [Theory]
    [InlineData("```python\n{0}```")]
    [InlineData("```\n{0}```")]
    [InlineData("```Solution\n{0}```")]
    [InlineData("```python\n{0}```\nIt prints:\n```\n3\n```")]
    [InlineData("```python\n{0}```\nIt prints:\n```\nhello world\n```")]
    [InlineData("```python\n{0}```\nIt prints:\n```text\n3\n```")]
    [InlineData("```\n{0}```\nIt prints:\n```\n3\n```")]
    [InlineData("```\n{0}```\nIt prints:\n```\nTrue\n```")]
    [InlineData("```python\n{0}```\nRun it:\n```bash\npython add.py\n```")]
    [InlineData("```python\n{0}```\nUse it:\n```python\nprint(add(1, 2))\n```")]
    [InlineData("```python\n{0}```\nUse it:\n```python\nresult = add(1, 2)\nprint(result)\n```\nOutput:\n```\n3\n```")]
    [InlineData("```python\n{0}```\nUse it:\n```\nprint(add(1, 2))\n```")]
    [InlineData("```python\n{0}```\nTest it:\n```python\ndef test_add():\n    assert add(1, 2) == 3\ntest_add()\n```")]
    [InlineData("```python\n{0}```\nIn a session:\n```python\n>>> add(1, 2)\n3\n```")]
    [InlineData("```\n{0}```\nUse it:\n```python\nprint(add(1, 2))\n```")]
    [InlineData("```python\ndef add(a, b):\n    return a - b\n```\nNo, wait.\n```python\n{0}```")]
    [InlineData("```python\nimport math\n```\n```python\n{0}```\n```python\nprint('done')\n```")]
    [InlineData("```cpp\nint add(int a, int b) {{ return a + b; }}\n```\nIn Python:\n```py\n{0}```")]
    [InlineData("```py\n{0}```\nIn C++:\n```cpp\nint add(int a, int b) {{ return a + b; }}\n```")]
    [InlineData("~~~py3\n{0}~~~")]
    [InlineData("```python\n{0}")]
    public async Task AProgram_IsFoundBesideWhatIsNone(string response) =>
        Assert.Equal(Program, await Choose(string.Format(null, response, Program), Tests));

    [Theory]
    [InlineData("```python\na = input()\nprint(a)\n```\nFor 3:\n```\n3\n```", "a = input()\nprint(a)\n")]
    [InlineData("```\na = input()\nprint(a)\n```\nFor 3:\n```\n3 x\n```", "a = input()\nprint(a)\n")]
    [InlineData("```python\nprint(1)\n```\nBetter:\n```python\nprint(2)\n```", "print(2)\n")]
    [InlineData(
        "```python\ndef f():\n    pass\n```\nBetter:\n```python\ndef f():\n    print(1)\nf()\n```",
        "def f():\n    print(1)\nf()\n"
    )]
    [InlineData("```\nno program at all\n```\n```\nnor this\n```", "nor this\n")]
    [InlineData("```cpp\nint main() { return 0; }\n```", null)]
    [InlineData("x = 1", null)]
    public async Task WithoutNamesToTest_TheLastProgramCounts(string response, string? expected) =>
        Assert.Equal(expected, await Choose(response, ""));

    [Theory]
    [InlineData("solution.py", "py python pypy cpython")]
    [InlineData("main.CPP", "cpp c++ cc cxx")]
    [InlineData("x.zig", "zig")]
    [InlineData("x", "")]
    public void ALanguage_HasTheNamesOfItsEnding(string file, string names) =>
        Assert.Equal(names, string.Join(' ', Languages.NamesOf(file)));

    // What Python's own compiler says of the blocks here.
    private static Task<string?> Choose(string response, string tests) =>
        new ProgramChoice(
            Languages.NamesOf("solution.py"),
            (t, _) => Task.FromResult(t.Contains("input()", StringComparison.Ordinal) || t.Contains("def ", StringComparison.Ordinal))
        ).ChooseAsync(response, tests, CancellationToken.None);
}
