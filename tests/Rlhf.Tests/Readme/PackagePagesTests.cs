using System.Diagnostics;

namespace Rlhf.Tests.Readme;

/// <summary>Each package has a page of its own, whose example is compiled and run.</summary>
public sealed class PackagePagesTests
{
    private static readonly string Sample = Path.Combine(SharedData.RepositoryRoot, "samples", "WithoutTorch");

    public static TheoryData<string> Packages() =>
        [.. Directory.GetDirectories(Path.Combine(SharedData.RepositoryRoot, "src")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Page_NamesItsPackageInFewLines(string package)
    {
        string[] page = File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "src", package, "README.md"));
        Assert.Equal("# " + package, page[0]);
        int prose = page.TakeWhile(l => !l.StartsWith("```", StringComparison.Ordinal)).Count();
        Assert.InRange(prose, 3, 15);
    }

    [Theory]
    [InlineData("Rlhf.Abstractions", "ContractsExample.cs")]
    [InlineData("Rlhf.Text", "TextExample.cs")]
    [InlineData("Rlhf.Verifiers", "VerifiersExample.cs")]
    public void Example_IsWhatTheSampleCompiles(string package, string file)
    {
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "src", package, "README.md")).ReplaceLineEndings("\n");
        string code = Snippet.Of(File.ReadAllLines(Path.Combine(Sample, file))).Trim('\n');
        Assert.Contains("```csharp\n" + code + "\n```", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_RunsWithoutTorch()
    {
        string folder = Path.Combine(Sample, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");
        Assert.DoesNotContain(
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories),
            f =>
                Path.GetFileName(f).Contains("torch", StringComparison.OrdinalIgnoreCase)
                && !f.Contains("WithoutTorch", StringComparison.Ordinal)
        );
        ProcessStartInfo start = new("dotnet", [Path.Combine(folder, "WithoutTorch.dll")]) { RedirectStandardOutput = true };
        using Process program = Process.Start(start)!;
        string said = program.StandardOutput.ReadToEnd().ReplaceLineEndings("\n");
        program.WaitForExit();
        Assert.Equal(0, program.ExitCode);
        Assert.Equal("brief: 1\nuser What is 6 * 7? assistant \nverifier: 1\n", said);
    }
}
