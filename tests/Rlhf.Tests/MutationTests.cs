using System.Diagnostics;
using System.Text;

namespace Rlhf.Tests;

/// <summary>Whether the tests would notice: each change of a formula in a copy of the repository must make its tests fail.</summary>
[Trait("Category", "Long")]
public sealed class MutationTests(ITestOutputHelper output) : IDisposable
{
    private const string Library = "bin/Release/net10.0";
    private const string Tests = "tests/Rlhf.Tests/" + Library;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _copy = Directory.CreateTempSubdirectory("rlhf-mutations-").FullName;

    [Fact]
    public void EveryChangedFormula_FailsItsTests()
    {
        LongTests.RequireEnabled();
        Copy(new(SharedData.RepositoryRoot), new(_copy));
        (int? code, string said) = Run("build", "tests/Rlhf.Tests", "-c", "Release", "-v", "quiet");
        Assert.True(code == 0, said);

        // Without a change the same tests are there and pass, with the libraries built as below: a failure there is not one of the copy.
        foreach (string project in Mutations.All.Select(Project).Distinct(StringComparer.Ordinal))
        {
            Assert.Null(Build(project));
        }

        string[] classes = [.. Mutations.All.Select(m => m.Tests).Distinct(StringComparer.Ordinal)];
        (code, said) = RunTests(classes);
        Assert.True(code == 0, said);
        string[] listed = RunTests(classes, "-list", "classes").Output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.All(classes, c => Assert.Contains(listed, l => l.EndsWith('.' + c, StringComparison.Ordinal)));

        List<string> faults = [];
        foreach (Mutation mutation in Mutations.All)
        {
            string what = $"{mutation.File}, '{mutation.Original}' as '{mutation.Mutant}'",
                result = Try(mutation);
            output.WriteLine($"{result} by {mutation.Tests}: {what}");
            if (result != "noticed")
            {
                faults.Add($"{result} by {mutation.Tests}: {what}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    private static string Project(Mutation mutation) => string.Join('/', mutation.File.Split('/')[..2]);

    private static string Assembly(string project) => Path.GetFileName(project) + ".dll";

    private string Try(Mutation mutation)
    {
        string path = Path.Combine(_copy, mutation.File),
            code = File.ReadAllText(path),
            tested = Path.Combine(_copy, Tests, Assembly(Project(mutation)));
        byte[] before = File.ReadAllBytes(tested);
        File.WriteAllText(path, code.Replace(mutation.Original, mutation.Mutant, StringComparison.Ordinal));
        try
        {
            return Build(Project(mutation)) is { } error ? $"NOT BUILT ({error})"
                : RunTests([mutation.Tests], "-stopOnFail").Code == 0 ? "NOT NOTICED"
                : "noticed";
        }
        finally
        {
            File.WriteAllText(path, code);
            File.WriteAllBytes(tested, before);
        }
    }

    // One library alone, since what it shows the others stays the same, and without checks of its style. Gives what went wrong.
    private string? Build(string project)
    {
        string[] fast = ["--no-restore", "--no-dependencies", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false"];
        (int? code, string said) = Run(["build", project, "-c", "Release", "-v", "quiet", .. fast]);
        if (code != 0)
        {
            return said.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal), "no end").Trim();
        }

        string library = Assembly(project);
        File.Copy(Path.Combine(_copy, project, Library, library), Path.Combine(_copy, Tests, library), overwrite: true);
        return null;
    }

    private (int? Code, string Output) RunTests(string[] classes, params string[] options) =>
        Run([Tests + "/Rlhf.Tests.dll", .. classes.SelectMany(c => (string[])["-class", "*." + c]), .. options]);

    // The exit code, or null where the process did not end in time.
    private (int? Code, string Output) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = _copy,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RLHF_LONG"] = "0";
        using Process process = Process.Start(start)!;
        StringBuilder output = new();
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = process.WaitForExit(Patience);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        lock (output)
        {
            return (ended ? process.ExitCode : null, output.ToString());
        }

        void Add(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

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
}
