using System.IO.Hashing;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Safetensors;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Runs;

namespace Rlhf.Fuzz.Targets;

/// <summary>A run's folder, of which one file was damaged between stop and resume.</summary>
internal static class CheckpointTargets
{
    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new("checkpoint-state", 0.3, () => new CheckpointTarget("checkpoints/*/state.json")),
        new("checkpoint-optimizer", 0.15, () => new CheckpointTarget("checkpoints/*/optimizer.safetensors")),
        new("checkpoint-config", 0.15, () => new CheckpointTarget("checkpoints/*/model/config.json")),
        new("checkpoint-weights", 0.15, () => new CheckpointTarget("checkpoints/*/model/model.safetensors")),
        new("checkpoint-tokenizer", 0.15, () => new CheckpointTarget("checkpoints/*/model/tokenizer.json")),
        new("checkpoint-manifest", 0.15, () => new CheckpointTarget("checkpoints/*/manifest.json")),
        new("checkpoint-prompt", 0.15, () => new PromptTarget()),
        new("run-configuration", 0.15, () => new CheckpointTarget("configuration.json")),
        new("run-metrics", 0.3, () => new CheckpointTarget("metrics.jsonl")),
        new("run-completions", 0.3, () => new CheckpointTarget("completions.jsonl")),
    ];

    private sealed class CheckpointTarget : FuzzTarget
    {
        private readonly string _folder = Scratch.Create();
        private readonly string _good;
        private readonly string _damaged;
        private readonly string _file;

        public CheckpointTarget(string file)
        {
            _good = Path.Combine(_folder, "good");
            _damaged = Path.Combine(_folder, "damaged");
            using CancellationTokenSource afterOne = new();
            Execute(_good, resume: false, afterOne);
            string star = Path.GetFileName(
                Directory.GetDirectories(Path.Combine(_good, "checkpoints")).Order(StringComparer.Ordinal).First()
            );
            _file = file.Replace("*", star, StringComparison.Ordinal);
            Seeds = [File.ReadAllBytes(Path.Combine(_good, _file))];
        }

        public override IReadOnlyList<byte[]> Seeds { get; }

        public override IReadOnlyList<Type> Documented =>
            [
                typeof(ConfigurationException),
                typeof(RunFolderException),
                typeof(ModelFormatException),
                typeof(TokenizerFormatException),
                typeof(SafetensorsException),
                typeof(InvalidDataException),
            ];

        public override void Run(byte[] input)
        {
            if (Directory.Exists(_damaged))
            {
                Directory.Delete(_damaged, recursive: true);
            }

            foreach (string path in Directory.EnumerateFiles(_good, "*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(_damaged, Path.GetRelativePath(_good, path));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(path, copy);
            }

            File.WriteAllBytes(Path.Combine(_damaged, _file), input);
            Acknowledge(input);
            using CancellationTokenSource atOnce = new();
            atOnce.Cancel();
            Execute(_damaged, resume: true, atOnce);
        }

        public override void Dispose() => Directory.Delete(_folder, recursive: true);

        // Makes the manifest name the damaged file as it is, so that its own reader sees it.
        private void Acknowledge(byte[] input)
        {
            string[] parts = _file.Split('/', 3);
            if (parts.Length < 3 || parts[2] == "manifest.json")
            {
                return;
            }

            string path = Path.Combine(_damaged, parts[0], parts[1], "manifest.json");
            JsonNode manifest = JsonNode.Parse(File.ReadAllBytes(path))!;
            JsonNode entry = manifest["files"]![parts[2]]!;
            entry["bytes"] = input.Length;
            entry["xxHash128"] = Convert.ToHexStringLower(XxHash128.Hash(input));
            File.WriteAllText(path, manifest.ToJsonString());
        }

        private static void Execute(string folder, bool resume, CancellationTokenSource cancellation)
        {
            ConfigurationSources sources = new()
            {
                Json = DataTargets.Experiment,
                Overrides = [new("run:folder", folder, "fuzz"), new("run:resume", resume ? "true" : "false", "fuzz")],
            };
            ExperimentRun.Execute(
                ExperimentRun.Read(sources),
                (run, log) =>
                    new CompositeRecorder(
                        log,
                        [new MetricsFileRecorder(run), new CompletionsRecorder(run)],
                        [new StopsAfterOne(cancellation)]
                    ),
                _ => NullLogger.Instance,
                cancellationToken: cancellation.Token
            );
        }
    }

    private sealed class PromptTarget : FuzzTarget
    {
        private readonly string _folder = Scratch.Create();

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            """
                {
                  "chatTemplate": "qwen3", "defaultSystem": null, "promptTemplate": "Q: {question}", "system": "Be brief.", "thinking": false,
                  "endTokenId": 3, "stopTokenIds": [3, 1], "stopStrings": ["</answer>"],
                  "temperature": 0.7, "topK": 20, "topP": 0.95, "minP": 0.05, "maxNewTokens": 24
                }
                """u8.ToArray(),
        ];

        public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

        public override void Run(byte[] input)
        {
            File.WriteAllBytes(Path.Combine(_folder, "prompt.json"), input);
            TrainedPrompt.Load(_folder);
        }

        public override void Dispose() => Directory.Delete(_folder, recursive: true);
    }

    // Ends the run after the first iteration of its last phase, so that a resume has something to go on with.
    private sealed class StopsAfterOne(CancellationTokenSource cancellation) : IRunRecorder
    {
        public void Start(RunInfo run) { }

        public void Record(IterationRecord iteration)
        {
            if (iteration is { Phase: "grpo", Step: 1 })
            {
                cancellation.Cancel();
            }
        }

        public void Progress(in ProgressUpdate update) { }

        public void Completions(CompletionTable table) { }

        public void Finish(RunSummary summary) { }

        public void Dispose() { }
    }
}
