using System.Globalization;
using System.Text.RegularExpressions;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>The main job with the shipped seed and three others; the figures of <c>docs/experiments/embedded-default.md</c>.</summary>
[Trait("Category", "Long")]
public sealed partial class EmbeddedDefaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-default-").FullName;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Grpo_TakesAModelThatSolvesAtMostHalf_ToNearlyAll(int seed)
    {
        LongTests.RequireEnabled();
        string number = seed.ToString(CultureInfo.InvariantCulture);
        (int code, string printed, string errors) = MathGrpoProgram.Run(
            "Run:Seed=" + number,
            "Run:Folder=" + Path.Combine(_folder, number)
        );
        Assert.True(code == 0, errors);
        string last = printed.TrimEnd().Split('\n')[^1];
        output.WriteLine($"seed {number}: {last}");
        Match result = Result().Match(last);
        Assert.True(result.Success, last);
        Assert.InRange(Number("before"), 0.05, 0.5);
        Assert.InRange(Number("after"), 0.85, 1);
        Assert.True(File.Exists(Path.Combine(_folder, number, "report.html")));

        double Number(string name) => double.Parse(result.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex(@"^result: accuracy_before (?<before>[01]\.\d{4}) accuracy_after (?<after>[01]\.\d{4}) steps \d+ seconds [\d.]+$")]
    private static partial Regex Result();
}
