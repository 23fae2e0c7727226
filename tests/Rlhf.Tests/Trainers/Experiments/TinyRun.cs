using Rlhf.Records;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Runs of <see cref="MathGrpoProgram.Tiny"/> in this process, with files as a run's and nothing shown.</summary>
/// <param name="folder">Where their folders lie.</param>
internal sealed class TinyRun(string folder)
{
    /// <summary>What is run.</summary>
    public string Experiment { get; init; } = MathGrpoProgram.Tiny;

    /// <summary>What the runs logged.</summary>
    public ListLogger Log { get; } = new();

    /// <summary>Path of a run's folder.</summary>
    public string At(string name) => Path.Combine(folder, name);

    /// <summary>Runs to the end.</summary>
    /// <param name="name">The run's folder.</param>
    /// <param name="overrides">Options as on the command line.</param>
    public RunSummary Run(string name, params string[] overrides) => Run(name, null, overrides);

    /// <summary>Runs until a record is written that a condition holds for, and then as if the process were killed.</summary>
    public void RunUntil(string name, Func<IterationRecord, bool> killedAfter, params string[] overrides) =>
        Assert.Throws<KilledException>(() => Run(name, killedAfter, overrides));

    /// <summary>The run's records, without what depends on the clock.</summary>
    public string[] Records(string name) =>
        [
            .. MetricsFileRecorder
                .Read(At(name))
                .Select(r =>
                    $"{r.Phase} {r.Step}: {string.Join(", ", r.Metrics.Where(m => !m.Key.StartsWith("time/", StringComparison.Ordinal)).Select(m => $"{m.Key}={m.Value:R}"))}"
                ),
        ];

    /// <summary>The folder of a run's newest checkpoint.</summary>
    public string Newest(string name) =>
        Path.Combine(At(name), "checkpoints", File.ReadAllText(Path.Combine(At(name), "checkpoints", "newest")));

    private RunSummary Run(string name, Func<IterationRecord, bool>? killedAfter, string[] overrides)
    {
        ConfigurationSources sources = ConfigurationSources.FromCommandLine(["Run:Folder=" + At(name), .. overrides], Experiment);
        return ExperimentRun.Execute(
            ExperimentRun.Read(sources),
            (path, log) =>
                new CompositeRecorder(
                    log,
                    [
                        new MetricsFileRecorder(path),
                        new CompletionsRecorder(path),
                        .. killedAfter is null ? [] : (IRunRecorder[])[new Killer(killedAfter)],
                    ],
                    []
                ),
            _ => Log,
            cancellationToken: TestContext.Current.CancellationToken
        );
    }

    private sealed class Killer(Func<IterationRecord, bool> after) : IRunRecorder
    {
        public void Record(IterationRecord iteration)
        {
            if (after(iteration))
            {
                throw new KilledException();
            }
        }
    }

    private sealed class KilledException : Exception;
}
