using System.Text;
using RewardLab;
using Rlhf.Datasets;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Fuzz.Targets;

/// <summary>Data rows, configurations and other JSON.</summary>
internal static class DataTargets
{
    /// <summary>An experiment of a second with all its parts.</summary>
    public const string Experiment = """
        {
          "run": { "name": "fuzz", "seed": 3 },
          "compute": { "device": "cpu", "dtype": "float32", "threads": 1 },
          "model": { "architecture": { "hiddenSize": 8, "layers": 1, "heads": 2, "keyValueHeads": 2, "intermediateSize": 16, "maxPositions": 160, "vocabularySize": 300 } },
          "data": {
            "train": { "generator": { "split": "train", "count": 20, "seed": 1 } },
            "test": { "generator": { "split": "test", "count": 4, "seed": 1 } }
          },
          "prompt": { "template": "{question}\n", "chat": "none" },
          "phases": [
            { "type": "sft", "iterations": 1, "batchSize": 2, "optimizer": { "learningRate": 0.003 } },
            {
              "type": "grpo", "iterations": 2, "promptsPerIteration": 2, "groupSize": 2, "microBatchTokens": 400,
              "rollout": { "maxNewTokens": 4, "slots": 4 }, "optimizer": { "learningRate": 0.001 }, "kl": { "coefficient": 0.01 },
              "advantage": { "credit": "episode" }
            }
          ],
          "rewards": {
            "sources": [ { "type": "last_number" }, { "type": "format" }, { "type": "arithmetic_steps" } ],
            "noise": [ { "type": "flip", "channel": "verifier", "falsePositiveRate": 0.2, "falseNegativeRate": 0.1 } ],
            "shaping": [ { "type": "clip", "channel": "process", "share": 0.5 }, { "type": "delta", "channel": "process" }, { "type": "gate", "channel": "format", "by": "verifier" } ],
            "weights": { "verifier": 1.0, "format": 0.5, "process": 0.2 }
          },
          "evaluation": { "problems": 2, "every": 1 },
          "checkpoints": { "every": 1, "keepLast": 1 }
        }
        """;

    private const string Fields =
        "{\"id\": \"1\", \"question\": \"What is 3 + 4?\", \"answer\": \"7\", \"solution\": \"3 + 4 = 7\"}\n{\"question\": \"How many?\", \"answer\": 12}\n";

    private const string Gsm8k = "{\"question\": \"Tom has 3 apples.\", \"answer\": \"He has <<3+4=7>>7 apples.\\n#### 1,007\"}\n";

    private const string Maths =
        "{\"problem\": \"What is $x$?\", \"solution\": \"So $x = \\\\boxed{\\\\frac{1}{2}}$.\", \"answer\": \"\\\\frac{1}{2}\", \"unique_id\": \"a/1\"}\n";

    private const string Svamp =
        "{\"id\": \"s-1\", \"question\": \"How many?\", \"answer\": \"7.0\", \"equation\": \"( 3.0 + ( 8.0 / 2.0 ) )\"}\n";

    private const string Completions =
        "{\"question\": \"What is 3 + 4?\", \"response\": \"3 + 4 = 7\\n#### 7\", \"answer\": \"7\", \"scores\": {\"process\": [0.5, 1], \"model\": 0.2}}\n";

    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new(
            "json",
            1.5,
            () =>
                new TextTarget(
                    [Experiment, Fields.Split('\n')[0]],
                    t => JsonText.Parse(Encoding.UTF8.GetBytes(t)).Dispose(),
                    typeof(JsonTextException)
                )
        ),
        new("rows-fields", 0.75, () => Rows(Fields, new())),
        new("rows-gsm8k", 0.75, () => Rows(Gsm8k, new() { Schema = ProblemSchema.Gsm8k })),
        new("rows-math", 0.75, () => Rows(Maths, new() { Schema = ProblemSchema.Math })),
        new("rows-svamp", 0.75, () => Rows(Svamp, new() { Schema = ProblemSchema.Svamp })),
        new("completions", 1, () => OfFile(Completions, f => CompletionFile.Load(f, new StepOptions(), tokenizer: null))),
        new(
            "configuration",
            2,
            () => new TextTarget([Experiment], t => ExperimentRun.Read(new() { Json = t }), typeof(ConfigurationException))
        ),
        new("command-line", 1, CommandLine),
    ];

    private static TextTarget CommandLine() =>
        new(
            [
                "Phases:grpo:GroupSize=4",
                "--Rewards:Shaping:0:Threshold=0.5",
                "Phases:sft:Iterations=3\nRun:Seed=2",
                "rewards:weights:verifier=2",
            ],
            t => ExperimentRun.Read(ConfigurationSources.FromCommandLine(t.Split('\n'), Experiment, new Dictionary<string, string>())),
            typeof(ConfigurationException)
        );

    private static FolderTarget Rows(string seed, JsonLinesOptions options) => OfFile(seed, f => JsonLinesProblems.Load(f, options));

    private static FolderTarget OfFile(string seed, Action<string> read)
    {
        const string Name = "rows.jsonl";
        string folder = Scratch.Create();
        File.WriteAllText(Path.Combine(folder, Name), seed);
        return new(folder, Name, f => read(Path.Combine(f, Name)), typeof(InvalidDataException));
    }
}
