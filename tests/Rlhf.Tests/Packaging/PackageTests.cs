using System.Diagnostics;
using System.Globalization;

namespace Rlhf.Tests.Packaging;

/// <summary>The packages as a user gets them: packed, restored from a folder into a project outside the repository, and run.</summary>
[Trait("Category", "Packaging")]
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packages =
    [
        "Rlhf.Abstractions",
        "Rlhf.Text",
        "Rlhf.Verifiers",
        "Rlhf.Core",
        "Rlhf.Shaping",
        "Rlhf.Trainers",
    ];
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-packages-").FullName;

    [Fact]
    public void Packages_RestoredIntoAFreshProject_RunTorchOnItsFirstLine()
    {
        // A version of its own, so that no cache can serve an older build.
        string version = "0.1.0-test" + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);
        string feed = Path.Combine(_folder, "feed"),
            app = Path.Combine(_folder, "app");
        Dotnet(
            SharedData.RepositoryRoot,
            "pack",
            "Rlhf.sln",
            "-c",
            "Release",
            "--artifacts-path",
            Path.Combine(_folder, "build"),
            "-o",
            feed,
            "-p:Version=" + version,
            "-v",
            "q"
        );
        foreach (string package in Packages)
        {
            Assert.True(File.Exists(Path.Combine(feed, $"{package}.{version}.nupkg")), $"{package} is not packed");
            Assert.True(File.Exists(Path.Combine(feed, $"{package}.{version}.snupkg")), $"{package} has no symbols");
            using System.IO.Compression.ZipArchive zip = System.IO.Compression.ZipFile.OpenRead(
                Path.Combine(feed, $"{package}.{version}.nupkg")
            );
            Assert.NotNull(zip.GetEntry("README.md"));
            Assert.NotNull(zip.GetEntry($"lib/net10.0/{package}.xml"));
        }

        Directory.CreateDirectory(app);
        File.WriteAllText(
            Path.Combine(app, "nuget.config"),
            $"""
            <configuration><packageSources><add key="packed" value="{feed}" /></packageSources></configuration>
            """
        );
        File.WriteAllText(
            Path.Combine(app, "app.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>{Path.Combine(_folder, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{GlobalPackages()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Rlhf.Trainers" Version="{version}" /></ItemGroup>
            </Project>
            """
        );
        File.WriteAllText(
            Path.Combine(app, "Program.cs"),
            """
            var x = TorchSharp.torch.rand(3);
            Console.WriteLine($"{x.numel()} {typeof(Rlhf.Models.ICausalLm).Assembly.GetName().Name} {typeof(Rlhf.Records.IRunRecorder).Assembly.GetName().Name}");
            """
        );
        Dotnet(app, "build", "-c", "Release", "-v", "q");
        string output = Path.Combine(app, "bin", "Release", "net10.0");
        Assert.Equal("3 Rlhf.Core Rlhf.Abstractions", Dotnet(app, Path.Combine(output, "app.dll")).Trim());

        long bytes = new DirectoryInfo(output)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.LinkTarget is null)
            .Sum(f => f.Length);
        TestContext.Current.SendDiagnosticMessage("a fresh program's output folder holds {0:F1} MB", bytes / 1e6);
        Assert.InRange(bytes, 1, 20_000_000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string GlobalPackages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the test host was started with must not reach another build.
        foreach (
            string name in start
                .Environment.Keys.Where(k =>
                    k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                    || k.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
                )
                .ToArray()
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        string text = output.GetAwaiter().GetResult();
        Assert.True(
            process.ExitCode == 0,
            $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{text}\n{errors.GetAwaiter().GetResult()}"
        );
        return text;
    }
}
