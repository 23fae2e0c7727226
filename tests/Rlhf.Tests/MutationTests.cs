using System.Diagnostics;

namespace Rlhf.Tests;

/// <summary>Whether the tests would notice: each change of a formula in a copy of the repository must make its tests fail.</summary>
[Trait("Category", "Long")]
public sealed class MutationTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _copy = Directory.CreateTempSubdirectory("rlhf-mutations-").FullName;

    [Fact]
    public void EveryChangedFormula_FailsItsTests()
    {
        LongTests.RequireEnabled();
        Copy(new(SharedData.RepositoryRoot), new(_copy));
        foreach ((string file, string original, string mutant, string tests) in Mutations.All)
        {
            string path = Path.Combine(_copy, file),
                code = File.ReadAllText(path);
            File.WriteAllText(path, code.Replace(original, mutant, StringComparison.Ordinal));
            Assert.True(Run("build", "tests/Rlhf.Tests", "-c", "Release", "-v", "quiet") == 0, $"{file} with '{mutant}' does not build.");
            bool noticed = Run("test", "tests/Rlhf.Tests", "-c", "Release", "--no-build", "--filter", "FullyQualifiedName~" + tests) != 0;
            output.WriteLine($"{(noticed ? "noticed" : "NOT noticed")} by {tests}: {file}, '{original}' as '{mutant}'");
            Assert.True(noticed, $"{tests} passes although {file} says '{mutant}' instead of '{original}'.");
            File.WriteAllText(path, code);
        }

        // Without a change the same tests pass: a failure above was not one of the copy.
        Assert.Equal(0, Run("build", "tests/Rlhf.Tests", "-c", "Release", "-v", "quiet"));
        Assert.Equal(
            0,
            Run(
                "test",
                "tests/Rlhf.Tests",
                "-c",
                "Release",
                "--no-build",
                "--filter",
                string.Join('|', Mutations.All.Select(m => "FullyQualifiedName~" + m.Tests).Distinct())
            )
        );
    }

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (DirectoryInfo folder in from.GetDirectories().Where(d => d.Name is not ("bin" or "obj" or ".git" or "runs")))
        {
            Copy(folder, to.CreateSubdirectory(folder.Name));
        }

        foreach (FileInfo file in from.GetFiles())
        {
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        }
    }

    private int Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = _copy, RedirectStandardOutput = true };
        start.Environment["RLHF_LONG"] = "0";
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }
}
