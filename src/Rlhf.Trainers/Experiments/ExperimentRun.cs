using System.Globalization;
using Microsoft.Extensions.Logging;
using Rlhf.Json;
using Rlhf.Runtime;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Records;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>Runs an experiment in its run folder: from the beginning, or from its newest checkpoint.</summary>
public static class ExperimentRun
{
    /// <summary>The built-in way to read an experiment: its options and the types its file may name.</summary>
    /// <param name="sources">File, environment, command line.</param>
    /// <param name="registry">Types that the file may name; null for the library's own.</param>
    /// <exception cref="ConfigurationException">The configuration is refused.</exception>
    public static ResolvedConfiguration<ExperimentOptions> Read(ConfigurationSources sources, ExperimentRegistry? registry = null)
    {
        registry ??= ExperimentRegistry.Default;
        return ConfigurationReader.Read<ExperimentOptions>(
            sources,
            ConfigurationReader.SerializerOptions(registry.Stages.CreateJsonConverter(), registry.Sources.CreateJsonConverter())
        );
    }

    /// <summary>Runs to the end, to an early stop, or until it is cancelled.</summary>
    /// <param name="configuration">The experiment.</param>
    /// <param name="recorders">Makes the recorder, given the run folder's path and the log.</param>
    /// <param name="logger">Where the run's log goes, given the run folder's path.</param>
    /// <param name="registry">As in <see cref="Read"/>.</param>
    /// <param name="cancellationToken">Ends the run after the iteration under way, which is saved.</param>
    /// <exception cref="ConfigurationException">Rewards, stages and algorithm do not fit each other.</exception>
    /// <exception cref="RunFolderException">The run folder is in use, or holds another run.</exception>
    /// <exception cref="NonFiniteTrainingException">Too many optimizer steps in a row were not finite.</exception>
    public static RunSummary Execute(
        ResolvedConfiguration<ExperimentOptions> configuration,
        Func<string, ILogger, IRunRecorder> recorders,
        Func<string, ILogger> logger,
        ExperimentRegistry? registry = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(recorders);
        ArgumentNullException.ThrowIfNull(logger);
        ExperimentOptions options = configuration.Options;
        string[] problems = [.. OptionsWalk.Validate(options, configuration.OriginOf)];
        if (problems.Length > 0)
        {
            throw new ConfigurationException(problems);
        }

        using RunFolder folder = RunFolder.Open(options.Run.Folder ?? NewFolder(options.Run.Name), options.Run.Resume);
        CheckpointStore checkpoints = new(folder.Checkpoints, options.Checkpoints.KeepLast);
        SavedCheckpoint? checkpoint = options.Run.Resume ? checkpoints.Newest : null;
        CheckUnchanged(configuration, folder);
        ComputeEnvironment environment = Resolve(options.Compute, configuration.OriginOf);
        ILogger log = logger(folder.Folder);
        using Experiment experiment = Create(configuration, environment, registry, folder.Folder, checkpoint, log);
        AtomicFile.WriteAllText(folder.Configuration, configuration.ToJson());
        (TrainingState, string)? from = checkpoint is null ? null : (CheckpointFiles.ReadState(checkpoint.Folder), checkpoint.Folder);
        using IRunRecorder recorder = recorders(folder.Folder, log);
        recorder.Start(
            new()
            {
                Name = options.Run.Name,
                Folder = folder.Folder,
                Phases = experiment.Plan,
                ResumedFrom =
                    !options.Run.Resume ? null
                    : checkpoint is null ? new RunPosition(experiment.PhaseNames[0], -1)
                    : new RunPosition(checkpoint.Phase, checkpoint.Step),
                Environment =
                [
                    new("device", environment.Device.ToString()),
                    new("dtype", environment.ComputeType.ToString()),
                    new("threads", environment.Threads.ToString(CultureInfo.InvariantCulture)),
                    .. environment.Versions,
                    new("seed", options.Run.Seed.ToString(CultureInfo.InvariantCulture)),
                ],
            }
        );
        RunSummary summary = new ExperimentRunner(experiment, folder.Folder, checkpoints, recorder, log).Run(from, cancellationToken);
        recorder.Finish(summary);
        return summary;
    }

    private static Experiment Create(
        ResolvedConfiguration<ExperimentOptions> configuration,
        ComputeEnvironment environment,
        ExperimentRegistry? registry,
        string folder,
        SavedCheckpoint? checkpoint,
        ILogger log
    )
    {
        try
        {
            return Experiment.Create(
                configuration.Options,
                environment,
                registry ?? ExperimentRegistry.Default,
                folder,
                checkpoint is null ? null : Path.Combine(checkpoint.Folder, CheckpointFiles.Model),
                log
            );
        }
        catch (RewardPipelineException e)
        {
            throw new ConfigurationException($"rewards (from {configuration.File ?? "the built-in configuration"}): {e.Message}");
        }
    }

    private static ComputeEnvironment Resolve(ComputeOptions options, Func<string, string> originOf)
    {
        try
        {
            return ComputeEnvironment.Resolve(options);
        }
        catch (ArgumentException e)
        {
            string key = e.Message.StartsWith("dtype", StringComparison.Ordinal) ? "compute:dtype" : "compute:device";
            throw new ConfigurationException($"{key} (from {originOf(key)}): {ConsoleProgram.Plain(e)}");
        }
    }

    private static string NewFolder(string name) =>
        Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"{name}-{DateTime.Now:yyyyMMdd-HHmmss}"));

    // Where a run lies and that it resumes may change; anything else would make it another run.
    private static void CheckUnchanged(ResolvedConfiguration<ExperimentOptions> configuration, RunFolder folder)
    {
        if (!File.Exists(folder.Configuration))
        {
            return;
        }

        string[] differences =
        [
            .. Differences(configuration, folder.Configuration)
                .Where(d =>
                    !d.StartsWith("run:folder ", StringComparison.Ordinal) && !d.StartsWith("run:resume ", StringComparison.Ordinal)
                ),
        ];
        if (differences.Length > 0)
        {
            throw new RunFolderException(
                $"{folder.Folder} holds a run with another configuration: {string.Join("; ", differences)}. Resume it with the same one, or choose another Run:Folder."
            );
        }
    }

    private static IReadOnlyList<string> Differences(ResolvedConfiguration<ExperimentOptions> configuration, string file)
    {
        try
        {
            return configuration.DifferencesFrom(File.ReadAllText(file));
        }
        catch (JsonTextException e)
        {
            throw new RunFolderException(
                $"{file} is damaged, so that it cannot be seen whether the run there had this configuration: {e.Message} Put the file back, or choose another Run:Folder.",
                e
            );
        }
    }
}
