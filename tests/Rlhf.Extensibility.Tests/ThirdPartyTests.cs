using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Records;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Extensibility.Tests;

/// <summary>What a third party adds to every seam, run from one JSON file through public API alone.</summary>
public sealed class ThirdPartyTests : IDisposable
{
    private const string Experiment = """
        {
          "run": { "name": "third-party", "seed": 3 },
          "compute": { "device": "cpu", "dtype": "float32", "threads": 1 },
          "model": { "architecture": { "hiddenSize": 32, "layers": 1, "heads": 2, "keyValueHeads": 2, "intermediateSize": 64, "maxPositions": 192, "vocabularySize": 300 } },
          "data": {
            "train": { "generator": { "split": "train", "count": 40, "seed": 1 } },
            "test": { "generator": { "split": "test", "count": 4, "seed": 1 } }
          },
          "prompt": { "template": "{question}\n", "chat": "none" },
          "phases": [
            { "type": "repeat", "name": "warm", "iterations": 12 },
            {
              "type": "plain_reinforce", "iterations": 2, "promptsPerIteration": 2, "samples": 3,
              "rollout": { "maxNewTokens": 12 }, "optimizer": { "learningRate": 0.001 }
            }
          ],
          "rewards": {
            "sources": [
              { "type": "last_number" },
              { "type": "says_word", "name": "says", "word": "e" },
              { "type": "token_cost", "divisor": 10 }
            ],
            "shaping": [ { "type": "halve", "channel": "says" } ],
            "weights": { "verifier": 1.0, "says": 0.5, "cost": 0.1 }
          },
          "monitor": null,
          "evaluation": { "every": 0 },
          "checkpoints": { "every": 1, "keepLast": 20 }
        }
        """;

    private static readonly ExperimentRegistry Registry = ExperimentRegistry
        .Default.WithSource<SaysWordOptions>("says_word", o => o.Create())
        .WithModelSource<TokenCostOptions>("token_cost", (o, _) => new TokenCost(o))
        .WithStage<HalveOptions>(
            "halve",
            (o, builder) => builder.Add(Shaping.StageKind.Shaping, "halve", o, (name, given) => new Halve(name, given))
        )
        .WithAlgorithm<PlainReinforceOptions>("plain_reinforce")
        .WithPhase<RepeatOptions>("repeat", (o, context) => new RepeatPlan(o, context));

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-third-party-").FullName;

    [Fact]
    public void EverySeam_RunsFromOneFile()
    {
        Memory memory = new();
        RunSummary summary = Run("run", memory);
        Assert.Equal(RunOutcome.Completed, summary.Outcome);

        IterationRecord[] warm = [.. memory.Records.Where(r => r.Phase == "warm")];
        Assert.Equal(12, warm.Length);
        Assert.True(warm[^1]["repeat/loss"] < 0.9 * warm[0]["repeat/loss"], "the phase does not learn");

        IterationRecord[] reinforce = [.. memory.Records.Where(r => r is { Phase: "plain_reinforce", Step: > 0 })];
        Assert.Equal(2, reinforce.Length);
        Assert.All(reinforce, r => Assert.Equal(6, r[MetricNames.RolloutSamples]));
        Assert.All(reinforce, r => Assert.NotEqual(0, r[MetricNames.PolicyLoss]));
    }

    [Fact]
    public void ARunKilledInEitherPhase_GoesOnAsIfItHadNot()
    {
        Memory whole = new(),
            parts = new();
        Run("whole", whole);
        foreach ((string phase, int step) in ((string, int)[])[("warm", 5), ("plain_reinforce", 1)])
        {
            Assert.Throws<InvalidOperationException>(() =>
                Run("killed", new Memory(parts.Records) { EndsAfter = (phase, step) }, "Run:Resume=true")
            );
        }

        Run("killed", new Memory(parts.Records), "Run:Resume=true");
        Assert.Equal(Lines(whole.Records), Lines(parts.Records.DistinctBy(r => (r.Phase, r.Step))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private RunSummary Run(string name, Memory memory, params string[] words)
    {
        ConfigurationSources sources = ConfigurationSources.FromCommandLine(
            ["Run:Folder=" + Path.Combine(_folder, name), .. words],
            Experiment
        );
        return ExperimentRun.Execute(
            ExperimentRun.Read(sources, Registry),
            (folder, _) => new Both(new MetricsFileRecorder(folder), memory),
            _ => NullLogger.Instance,
            Registry,
            TestContext.Current.CancellationToken
        );
    }

    private static IEnumerable<string> Lines(IEnumerable<IterationRecord> records) =>
        records.Select(r =>
            $"{r.Phase} {r.Step}: {string.Join(", ", r.Metrics.Where(m => !m.Key.StartsWith("time/", StringComparison.Ordinal)).Select(m => $"{m.Key}={m.Value:R}"))}"
        );

    /// <summary>A recorder: keeps what it is given, and can end the run as a killed process would.</summary>
    private sealed class Memory(List<IterationRecord>? records = null) : IRunRecorder
    {
        public List<IterationRecord> Records { get; } = records ?? [];

        public (string Phase, int Step)? EndsAfter { get; init; }

        public void Record(IterationRecord iteration)
        {
            Records.Add(iteration);
            if (EndsAfter == (iteration.Phase, iteration.Step))
            {
                throw new InvalidOperationException("killed");
            }
        }
    }

    private sealed class Both(IRunRecorder file, IRunRecorder memory) : IRunRecorder
    {
        public void Start(RunInfo run) => file.Start(run);

        public void Record(IterationRecord iteration)
        {
            file.Record(iteration);
            memory.Record(iteration);
        }

        public void Flush() => file.Flush();

        public void Dispose() => file.Dispose();
    }
}
