using System.Diagnostics;
using Rlhf.Runtime;
using Rlhf.Tests.Trainers.Experiments;

namespace Rlhf.Tests.Core.Runtime;

/// <summary>A program whose libtorch lies elsewhere, while another one lies beside it.</summary>
public sealed class LibTorchFolderTests : IDisposable
{
    private static readonly string[] Libraries = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    private static readonly string[] Few =
    [
        "Phases:grpo:Iterations=1",
        "Phases:sft:Iterations=1",
        "Phases:sft:EvaluateEvery=0",
        "Evaluation:Every=0",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-libtorch-").FullName;

    // Copies, not links: the loader would take a link for the very library that it points to.
    [Fact]
    public void Variable_WithACopyOfLibtorch_IsWhatTheProgramRunsOn()
    {
        string libraries = CopyLibraries();
        (int code, string errors) = Run(_folder);
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("libtorch", errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            $"\"libtorch\": \"{LibTorchVersions.Built}\"",
            File.ReadAllText(Path.Combine(_folder, "run", "environment.json")),
            StringComparison.Ordinal
        );

        // The folder of the libraries itself, and one that calls itself another version.
        Directory.Delete(Path.Combine(_folder, "run"), recursive: true);
        Version built = LibTorchVersions.Built;
        File.WriteAllText(Path.Combine(_folder, "build-version"), $"{built.Major}.{built.Minor + 2}.0+cpu");
        (code, errors) = Run(libraries);
        Assert.Equal(1, code);
        Assert.Contains(
            $"is libtorch {built.Major}.{built.Minor + 2}.0, but this TorchSharp was built for {built}",
            errors,
            StringComparison.Ordinal
        );
        File.WriteAllText(Path.Combine(_folder, "build-version"), $"{built}+cpu");
        (code, errors) = Run(libraries);
        Assert.True(code == 0, errors);
    }

    [Fact]
    public void Variable_WithAFolderThatHoldsNone_IsOneMessage()
    {
        (int code, string errors) = Run(_folder);
        Assert.Equal(1, code);
        Assert.Contains(
            $"{TorchRuntime.LibTorchVariable} is '{_folder}', but neither that folder nor its 'lib' holds",
            errors,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.Combine(_folder, "run")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string CopyLibraries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the variable is read on Linux");
        string libraries = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        foreach (string file in Directory.GetFiles(TorchRuntime.LibTorchFolder))
        {
            string name = Path.GetFileName(file);
            if (Libraries.Contains(name) || name.StartsWith("libgomp", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(libraries, name));
            }
        }

        return libraries;
    }

    private (int Code, string Errors) Run(string libtorch)
    {
        string config = Path.Combine(_folder, "tiny.json");
        File.WriteAllText(config, MathGrpoProgram.Tiny);
        ProcessStartInfo start = MathGrpoProgram.StartInfo(["--config", config, "Run:Folder=" + Path.Combine(_folder, "run"), .. Few]);
        start.Environment[TorchRuntime.LibTorchVariable] = libtorch;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        _ = output.GetAwaiter().GetResult();
        return (process.ExitCode, errors.GetAwaiter().GetResult());
    }
}
