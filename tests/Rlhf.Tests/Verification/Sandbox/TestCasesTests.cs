using Rlhf.Verification.Sandbox;

namespace Rlhf.Tests.Verification.Sandbox;

public class TestCasesTests
{
    [Theory]
    [InlineData("{\"inputs\": [\"1 2\\n\", \"3\"], \"outputs\": [\"3\", \"4\"]}", null, "1 2\n|3", "3|4")]
    [InlineData("[{\"input\": \"1\", \"output\": \"2\", \"type\": \"stdin_stdout\"}]", null, "1", "2")]
    [InlineData("{\"inputs\": [[\"1\", \"2\"]], \"outputs\": [[\"a\", \"b\"]], \"fn_name\": null}", null, "1\n2", "a\nb")]
    [InlineData("{\"fn_name\": \"add\", \"inputs\": [[1, [2]]], \"outputs\": [[3]]}", "add", "[1, [2]]", "[3]")]
    [InlineData("[{\"fn_name\": \"add\", \"input\": \"1\\n\\\"x\\\"\", \"output\": \"[3]\"}]", "add", "[1,\"x\"]", "[3]")]
    public void Cases_AreReadInTheFormsOfTheKnownSets(string tests, string? function, string inputs, string outputs)
    {
        TestCases cases = TestCases.Read(tests)!;
        Assert.Equal(function, cases.Function);
        Assert.Equal(inputs, string.Join('|', cases.Inputs));
        Assert.Equal(outputs, string.Join('|', cases.Outputs));
    }

    [Theory]
    [InlineData("assert f(1) == 2")]
    [InlineData("[assert_all(f, x) for x in range(3)]")]
    [InlineData("{f(1): 2}[2] == 2 or exit(1)")]
    [InlineData("[ \"$(double 4)\" = 8 ] || exit 1")]
    public void Code_IsNoCases(string tests) => Assert.Null(TestCases.Read(tests));

    [Theory]
    [InlineData("[]", "empty list")]
    [InlineData("{}", "without the lists inputs and outputs")]
    [InlineData("[\"assert f(1) == 2\"]", "not all objects with input and output")]
    [InlineData("{\"inputs\": [], \"outputs\": []}", "0 inputs and 0 outputs")]
    [InlineData("{\"inputs\": [\"1\"], \"outputs\": []}", "1 inputs and 0 outputs")]
    [InlineData("{\"inputs\": [1], \"outputs\": [\"1\"]}", "neither a text nor a list of lines: 1")]
    [InlineData("{\"inputs\": [\"1\"], \"inputs\": [\"2\"], \"outputs\": [\"1\"]}", "stands twice")]
    [InlineData("{\"inputs\": [\"\\ud800\"], \"outputs\": [\"1\"]}", "surrogate")]
    [InlineData("{\"inputs\": [\"1\"], \"outputs\": [\"1\"]", "line 1")]
    [InlineData("{\"fn_name\": \"f(x)\", \"inputs\": [[1]], \"outputs\": [1]}", "no name of a function: \"f(x)\"")]
    [InlineData("{\"fn_name\": \"f\", \"inputs\": [\"x\"], \"outputs\": [\"1\"]}", "line 1")]
    [InlineData(
        "[{\"input\": \"1\", \"output\": \"2\"}, {\"fn_name\": \"f\", \"input\": \"1\", \"output\": \"2\"}]",
        "different functions"
    )]
    public void JsonThatIsNoCases_IsRefused_SinceAsCodeItWouldPass(string tests, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<FormatException>(() => TestCases.Read(tests)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("3\n", "3", true)]
    [InlineData("3", "3 \r\n\n", true)]
    [InlineData("1  2", "1 2", true)]
    [InlineData("0.333333333", "0.3333333", true)]
    [InlineData("1e9", "1000000000", true)]
    [InlineData("Yes\nNo", "Yes\nNo\n", true)]
    [InlineData("", "\n", true)]
    [InlineData("3", "", false)]
    [InlineData("3", "4", false)]
    [InlineData("3", "3.0", false)]
    [InlineData("1000000001", "1000000000", false)]
    [InlineData("0.5", "0.6", false)]
    [InlineData("0.5", "NaN", false)]
    [InlineData("1 2", "1\n2", false)]
    [InlineData("Yes", "yes", false)]
    [InlineData("3", "\n3", false)]
    public void PrintedLines_AreComparedWithoutBlanksAtTheirEnds(string expected, string output, bool accepted) =>
        Assert.Equal(accepted, new TestCases(null, [""], [expected]).Accepts(0, output));

    [Theory]
    [InlineData("3", "3", true)]
    [InlineData("[1, {\"a\": [true, null]}]", "debugging\n\n[1,{\"a\":[true,null]}]\n", true)]
    [InlineData("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true)]
    [InlineData("0.5", "0.5000001", true)]
    [InlineData("2", "2.0", true)]
    [InlineData("\"a\"", "\"\\u0061\"", true)]
    [InlineData("[3]", "3", false)]
    [InlineData("1", "true", false)]
    [InlineData("3", "4", false)]
    [InlineData("3", "3\nx", false)]
    [InlineData("3", "", false)]
    [InlineData("NaN", "NaN", false)]
    [InlineData("{\"a\": 1}", "{\"a\": 1, \"b\": 2}", false)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891", false)]
    public void AResult_IsComparedAsAValue(string expected, string output, bool accepted) =>
        Assert.Equal(accepted, new TestCases("f", ["[]"], [expected]).Accepts(0, output));

    [Fact]
    public void DeepResults_AreNoDeepRecursion()
    {
        string deep = new string('[', 100_000) + new string(']', 100_000);
        Thread thread = new(() => Assert.False(new TestCases("f", ["[]"], [deep]).Accepts(0, deep)), 256 << 10);
        thread.Start();
        thread.Join();
    }
}
