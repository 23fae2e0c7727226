using System.Diagnostics;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Every program answers the words that are tried first.</summary>
public class ProgramHelpTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--version")]
    public void HelpAndVersion_AreAnsweredByEveryProgram(string word)
    {
        foreach (string program in (string[])["samples/MathGrpo", "samples/RewardLab", "samples/PaperClaims", "bench/Rlhf.Bench"])
        {
            (int code, string output, string errors) = Run(program, word);
            Assert.True(code == 0, $"{program} {word}: {errors}");
            Assert.Empty(errors);
            Assert.Matches(word == "--version" ? @"^\d+\.\d+\.\d+" : "Usage:|USAGE:", output);
        }
    }

    [Theory]
    [InlineData("samples/MathGrpo", "my.json", "configuration file my.json cannot be read")]
    [InlineData("samples/RewardLab", "my.json", "Required argument 'pipeline' missing")]
    [InlineData("samples/PaperClaims", "my.json", "my.json")]
    [InlineData("bench/Rlhf.Bench", "my.json", "'my.json' is not understood")]
    [InlineData("samples/MathGrpo", "-Phases:sft:Iterations=3", "Did you mean Phases:sft:Iterations=3?")]
    public void ABareWord_IsAnsweredSensibly(string program, string word, string message)
    {
        (int code, string output, string errors) = Run(program, word);
        Assert.InRange(code, 1, 2);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_HelpWordAmongOthers_ShowsTheUsageAndDoesNoWork()
    {
        using StringWriter output = new();
        int code = ConsoleProgram.Run(["Run:Seed=2", "-h"], "Usage: mine", _ => throw new NotSupportedException(), output);
        Assert.Equal(ConsoleProgram.Success, code);
        Assert.Equal("Usage: mine", output.ToString().TrimEnd());
    }

    [Fact]
    public void Run_AnArgumentException_IsShownWithoutTheParameterOfTheCode()
    {
        using StringWriter errors = new();
        Assert.Equal(ConsoleProgram.Failed, ConsoleProgram.Run(_ => throw new ArgumentException("it is wrong.", "name"), errors));
        Assert.Equal("it is wrong.", errors.ToString().TrimEnd());
    }

    private static (int Code, string Output, string Errors) Run(string program, string word)
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, program);
        string dll = Path.Combine(folder, "bin", MathGrpoProgram.Configuration, "net10.0", Path.GetFileName(program) + ".dll");
        Assert.SkipUnless(File.Exists(dll), $"{program} is not built");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", [dll, word]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
