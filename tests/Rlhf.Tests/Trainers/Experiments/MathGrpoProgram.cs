using System.Diagnostics;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>The built sample program, run as a user's process.</summary>
internal static class MathGrpoProgram
{
    internal static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>An experiment of a few seconds whose every part is in use.</summary>
    public const string Tiny = """
        {
          "run": { "name": "tiny", "seed": 3 },
          "compute": { "device": "cpu", "dtype": "float32", "threads": 1 },
          "model": { "architecture": { "hiddenSize": 32, "layers": 2, "heads": 4, "keyValueHeads": 2, "intermediateSize": 64, "maxPositions": 160, "vocabularySize": 320 } },
          "data": {
            "train": { "generator": { "split": "train", "count": 500, "seed": 1 } },
            "test": { "generator": { "split": "test", "count": 8, "seed": 1 } }
          },
          "prompt": { "template": "{question}\n", "chat": "none" },
          "phases": [
            { "type": "sft", "iterations": 6, "batchSize": 8, "evaluateEvery": 3, "optimizer": { "learningRate": 0.003, "warmupSteps": 2, "decay": "cosine" } },
            {
              "type": "grpo", "iterations": 6, "promptsPerIteration": 4, "groupSize": 4, "epochs": 2, "minibatches": 2, "microBatchTokens": 400,
              "rollout": { "maxNewTokens": 24, "slots": 7 }, "optimizer": { "learningRate": 0.001, "decay": "linear" }, "kl": { "coefficient": 0.01 },
              "advantage": { "credit": "episode" }
            }
          ],
          "rewards": {
            "sources": [ { "type": "last_number" }, { "type": "format" }, { "type": "arithmetic_steps" } ],
            "noise": [ { "type": "flip", "channel": "verifier", "falsePositiveRate": 0.2, "falseNegativeRate": 0.1 } ],
            "shaping": [ { "type": "clip", "channel": "process", "share": 0.5 }, { "type": "delta", "channel": "process" }, { "type": "gate", "channel": "format", "by": "verifier" } ],
            "weights": { "verifier": 1.0, "format": 0.5, "process": 0.2 }
          },
          "evaluation": { "every": 2, "problems": 8 },
          "checkpoints": { "every": 2, "keepLast": 1 }
        }
        """;

    /// <summary>Starts the program.</summary>
    public static Process Start(params string[] arguments) => Process.Start(StartInfo(arguments))!;

    /// <summary>How the program is started.</summary>
    public static ProcessStartInfo StartInfo(params string[] arguments)
    {
        string program = Path.Combine(SharedData.RepositoryRoot, "samples", "MathGrpo", "bin", Configuration, "net10.0", "MathGrpo.dll");

        // A shell that runs the tests in the background may have told them to ignore Ctrl+C, which children inherit.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        return new ProcessStartInfo(command[0], [.. command[1..], program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Runs the program to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(params string[] arguments) => Run(StartInfo(arguments));

    /// <summary>Runs it as <paramref name="start"/> says to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }
}
