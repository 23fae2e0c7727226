using System.Globalization;
using Microsoft.Extensions.Logging;
using Rlhf.Records;
using Rlhf.Runtime;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>Runs an experiment in its run folder: from the beginning, or from its newest checkpoint.</summary>
public static partial class ExperimentRun
{
    /// <summary>The built-in way to read an experiment: its options and the types its file may name.</summary>
    /// <param name="sources">File, environment, command line.</param>
    /// <param name="registry">Types that the file may name; null for the library's own.</param>
    /// <exception cref="ConfigurationException">The configuration is refused.</exception>
    public static ResolvedConfiguration<ExperimentOptions> Read(ConfigurationSources sources, ExperimentRegistry? registry = null)
    {
        registry ??= ExperimentRegistry.Default;
        return ConfigurationReader.Read<ExperimentOptions>(sources, ConfigurationReader.SerializerOptions(registry.Converters()));
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
        registry ??= ExperimentRegistry.Default;
        ExperimentOptions options = configuration.Options;
        string[] problems = [.. OptionsWalk.Validate(options, configuration.OriginOf)];
        if (problems.Length > 0)
        {
            throw new ConfigurationException(problems);
        }

        using RunFolder folder = RunFolder.Open(options.Run.Folder ?? NewFolder(options.Run.Name), options.Run.Resume);
        bool hasBegun = false;
        try
        {
            CheckpointStore checkpoints = new(folder.Checkpoints, options.Checkpoints.KeepLast);
            SavedCheckpoint? checkpoint = options.Run.Resume ? checkpoints.Newest : null;
            if (checkpoint is not null)
            {
                // First, since an older version's configuration may have other keys.
                CheckpointState.RequireFormat(checkpoint);
            }

            IReadOnlyList<string> phases = Experiment.PhasesOf(options, registry);
            ResumeChecks.RequireSameConfiguration(configuration, folder);
            TrainingState? state = checkpoint is null ? null : CheckpointFiles.Open(checkpoint, phases);
            RunEnvironment? recorded = checkpoint is null ? null : RunEnvironment.Find(folder.Folder);
            ComputeEnvironment compute = Resolve(options, recorded, configuration.OriginOf);
            RunEnvironment environment = RunEnvironment.Of(compute, options, recorded);
            ILogger log = logger(folder.Folder);
            Compare(environment, recorded, checkpoint, options, folder, log);
            foreach (string warning in compute.Warnings)
            {
                LogWarning(log, warning);
            }

            Experiment.RecoverModels(folder.Folder, beginsAnew: checkpoint is null);

            using Experiment experiment = Create(
                configuration,
                compute,
                environment.MaxCacheBytes,
                registry,
                folder.Folder,
                checkpoint,
                log
            );
            using IRunRecorder recorder = recorders(folder.Folder, log);
            recorder.Start(Describe(options, experiment, environment, folder, checkpoint));
            environment.Write(folder.Folder);
            AtomicFile.WriteAllText(folder.Configuration, configuration.ToJson());
            ExperimentRunner runner = new(experiment, folder.Folder, checkpoints, recorder, log);
            hasBegun = true;
            RunSummary summary = runner.Run(state is null ? null : (state, checkpoint!.Folder), cancellationToken);
            recorder.Finish(summary);
            return summary;
        }
        catch when (!hasBegun)
        {
            folder.Discard();
            throw;
        }
    }

    private static void Compare(
        RunEnvironment environment,
        RunEnvironment? recorded,
        SavedCheckpoint? checkpoint,
        ExperimentOptions options,
        RunFolder folder,
        ILogger log
    )
    {
        if (recorded is not null)
        {
            foreach (string difference in environment.RequireSame(recorded, options.Run.AllowOtherEnvironment))
            {
                LogWarning(log, $"{difference}: the run does not go on bit by bit.");
            }
        }
        else if (checkpoint is not null)
        {
            string missing =
                $"{Path.Combine(folder.Folder, RunEnvironment.FileName)} is missing, so nothing tells whether the run goes on where it began and reads what it read.";
            if (!options.Run.AllowOtherEnvironment)
            {
                throw new RunFolderException(
                    $"{missing} Put the file back, or set Run:AllowOtherEnvironment=true to go on without the comparison."
                );
            }

            LogWarning(log, missing);
        }
    }

    private static RunInfo Describe(
        ExperimentOptions options,
        Experiment experiment,
        RunEnvironment environment,
        RunFolder folder,
        SavedCheckpoint? checkpoint
    ) =>
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
                new("device", environment.Device),
                new("dtype", environment.ComputeType),
                new("threads", environment.Threads.ToString(CultureInfo.InvariantCulture)),
                .. environment.Versions,
                new("seed", options.Run.Seed.ToString(CultureInfo.InvariantCulture)),
            ],
        };

    private static Experiment Create(
        ResolvedConfiguration<ExperimentOptions> configuration,
        ComputeEnvironment environment,
        long maxCacheBytes,
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
                log,
                maxCacheBytes
            );
        }
        catch (RewardPipelineException e)
        {
            throw new ConfigurationException($"rewards (from {configuration.File ?? "the built-in configuration"}): {e.Message}");
        }
    }

    private static ComputeEnvironment Resolve(ExperimentOptions options, RunEnvironment? recorded, Func<string, string> originOf)
    {
        try
        {
            return RunEnvironment.Resolve(options.Compute, recorded, options.Run.AllowOtherEnvironment);
        }
        catch (ArgumentException e)
        {
            string key = e.Message.StartsWith("dtype", StringComparison.Ordinal) ? "compute:dtype" : "compute:device";
            throw new ConfigurationException($"{key} (from {originOf(key)}): {ConsoleProgram.Plain(e)}");
        }
    }

    private static string NewFolder(string name) =>
        Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"{name}-{DateTime.Now:yyyyMMdd-HHmmss}"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
