using Microsoft.Extensions.Logging;
using Rlhf.Generation;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Runtime;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>The parts of an experiment, made from its options: model, tokenizer, problems, prompts, rewards, rollout engine.</summary>
internal sealed partial class Experiment : IDisposable
{
    private const string ReferenceName = "reference";

    private readonly ComputeEnvironment _environment;
    private readonly Prompt[] _validation;
    private readonly Prompt[] _test;
    private readonly GreedyEvaluator _evaluator;
    private readonly string _baseFolder;
    private readonly IReadOnlyList<int> _stopTokens;
    private readonly IReadOnlyList<(string Name, IPhasePlan Plan)> _plans;
    private CausalLm? _reference;

    private Experiment(
        ExperimentOptions options,
        ComputeEnvironment environment,
        PolicyModel model,
        RewardComponents rewards,
        long maxCacheBytes,
        ExperimentRegistry registry,
        string runFolder,
        ILogger logger
    )
    {
        (Options, _environment, Rewards, RunFolder, Logger) = (options, environment, rewards, runFolder, logger);
        (Policy, Tokenizer, Formatter) = (model.Policy, model.Tokenizer, model.Formatter);
        _stopTokens = model.StopTokens;
        _baseFolder = PolicyModel.BaseFolder(options.Model, runFolder);
        string[] returned = [.. options.Rewards.Weights.Where(w => w.Value != 0).SelectMany(w => rewards.Pipeline.SourcesOf(w.Key))];
        IRewardSource[] training = [.. rewards.Sources.Host.Where(s => returned.Contains(s.Name))];
        Train = Judged(Open(options.Data.Train, "Data:Train"), "Data:Train", training);
        _test = Prompts(Judged(Open(options.Data.Test, "Data:Test"), "Data:Test", [rewards.Verifier]), options.Evaluation.FinalProblems);
        _validation = options.Data.Validation is { } validation
            ? Prompts(Judged(Open(validation, "Data:Validation"), "Data:Validation", [rewards.Verifier]), options.Evaluation.Problems)
            : [.. _test.Take(options.Evaluation.Problems)];
        LogPrompts(
            logger,
            Formatter.Style,
            new PromptEnds(Tokenizer, Formatter.Format(Train[0]).TokenIds).ToString(),
            string.Join(", ", model.StopTokens.Select(id => PromptEnds.Describe(Tokenizer, id)))
        );
        if (Formatter.TextSuffix.Count > 0)
        {
            LogSuffix(logger, string.Join(", ", Formatter.TextSuffix.Select(id => PromptEnds.Describe(Tokenizer, id))));
        }

        RolloutOptions rollout = options.LongestRollout();
        Engine = new CausalLmRolloutEngine(Policy, Tokenizer, new() { MaxSlots = rollout.Slots, MaxCacheBytes = maxCacheBytes }, logger);
        _evaluator = new(Engine, Tokenizer, rewards.Verifier, Sampling(rollout), options.Rewards.Scoring, options.Rewards.Steps, logger);
        string[] names = [.. PhasesOf(options, registry)];
        _plans = [.. options.Phases.Select((phase, i) => (names[i], registry.Phases.Create(phase, new PhaseContext(this, names[i], i))))];
    }

    public ExperimentOptions Options { get; }

    public CausalLm Policy { get; }

    public BpeTokenizer Tokenizer { get; }

    public PromptFormatter Formatter { get; }

    /// <summary>How the policy is asked, for who loads it from a checkpoint.</summary>
    public TrainedPrompt Prompt => Formatter.Describe(Sampling(Options.LongestRollout()));

    public IRolloutEngine Engine { get; }

    /// <summary>What is rewarded.</summary>
    public RewardComponents Rewards { get; }

    /// <summary>The training problems.</summary>
    public IProblemSource Train { get; }

    /// <summary>The run's folder.</summary>
    public string RunFolder { get; }

    /// <summary>Where warnings go.</summary>
    public ILogger Logger { get; }

    /// <summary>The phases in their order.</summary>
    public IReadOnlyList<string> PhaseNames => [.. _plans.Select(p => p.Name)];

    /// <summary>What a summary of the run should say, such as which problems were left out.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Phases with the iterations they have at the most.</summary>
    public IReadOnlyList<PhasePlan> Plan => [.. PhaseNames.Zip(Options.Phases, (name, phase) => new PhasePlan(name, phase.Iterations))];

    /// <summary>The names of an experiment's phases in their order.</summary>
    /// <exception cref="ConfigurationException">Two phases have one name.</exception>
    public static IReadOnlyList<string> PhasesOf(ExperimentOptions options, ExperimentRegistry registry)
    {
        string[] names = [.. options.Phases.Select(p => p.Name ?? registry.Phases.NameOf(p))];
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is null
            ? names
            : throw new ConfigurationException($"phases: two phases are named '{twice}'; give one of them another name.");
    }

    /// <summary>Tidies up the models that a run keeps beside its checkpoints, and removes them before it begins anew.</summary>
    /// <exception cref="InvalidDataException">The run goes on, and one of them is not what was saved.</exception>
    public static void RecoverModels(string runFolder, bool beginsAnew)
    {
        IEnumerable<string> references = Directory.Exists(runFolder)
            ? Directory.GetDirectories(runFolder, ReferenceName + "-*").Select(d => Path.GetFileName(d)!)
            : [];
        foreach (string name in (string[])[ReferenceName, .. references, PolicyModel.BaseName])
        {
            AtomicFolder.Recover(runFolder, name);
            string folder = Path.Combine(runFolder, name);
            if (beginsAnew && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            else if (Directory.Exists(folder))
            {
                FolderManifest.Require(folder, "Put the folder back from a copy, or begin the run anew in another Run:Folder.");
            }
        }
    }

    /// <summary>Makes everything that an experiment needs.</summary>
    /// <param name="options">The experiment.</param>
    /// <param name="environment">Device and types.</param>
    /// <param name="registry">Makes reward sources and stages.</param>
    /// <param name="runFolder">The run's folder, for the reference policy.</param>
    /// <param name="checkpointModel">The model folder of the checkpoint to go on from; null to begin.</param>
    /// <param name="logger">Where warnings go.</param>
    /// <param name="maxCacheBytes">Most bytes of the cache of keys and values; null for the options' or the environment's.</param>
    public static Experiment Create(
        ExperimentOptions options,
        ComputeEnvironment environment,
        ExperimentRegistry registry,
        string runFolder,
        string? checkpointModel,
        ILogger logger,
        long? maxCacheBytes = null
    )
    {
        RewardComponents rewards = RewardComponents.Create(
            options.Rewards,
            options.Evaluation.Verifier,
            registry,
            options.Run.Seed,
            PolicyModel.LoadOptions(environment) with
            {
                Logger = logger,
            },
            logger
        );
        try
        {
            return Create(
                options,
                environment,
                maxCacheBytes ?? options.LongestRollout().CacheBytes(environment),
                rewards,
                registry,
                runFolder,
                checkpointModel,
                logger
            );
        }
        catch
        {
            rewards.Dispose();
            throw;
        }
    }

    private static Experiment Create(
        ExperimentOptions options,
        ComputeEnvironment environment,
        long maxCacheBytes,
        RewardComponents rewards,
        ExperimentRegistry registry,
        string runFolder,
        string? checkpointModel,
        ILogger logger
    )
    {
        foreach (string warning in rewards.Pipeline.Warnings)
        {
            LogRewardWarning(logger, warning);
        }

        foreach (string warning in SelectionWarnings.Of(options))
        {
            LogStartWarning(logger, warning);
        }

        PolicyModel model = PolicyModel.Create(options, environment, checkpointModel, runFolder, logger);
        try
        {
            return new(options, environment, model, rewards, maxCacheBytes, registry, runFolder, logger);
        }
        catch
        {
            model.Policy.Dispose();
            throw;
        }
    }

    /// <summary>Begins a phase, or goes on with it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="recorder">Told how far it is.</param>
    /// <param name="resumes">Whether it goes on from a checkpoint, and does not begin.</param>
    public ITrainingPhase Begin(string name, IRunRecorder recorder, bool resumes) =>
        _plans.First(p => p.Name == name).Plan.Begin(recorder, resumes);

    /// <summary>How a phase samples.</summary>
    public SamplingOptions Sampling(RolloutOptions rollout) =>
        new()
        {
            Temperature = rollout.Temperature,
            TopK = rollout.TopK,
            TopP = rollout.TopP,
            MinP = rollout.MinP,
            MaxNewTokens = rollout.MaxNewTokens,
            StopTokenIds = _stopTokens,
            StopStrings = rollout.StopStrings,
            Seed = Options.Run.Seed,
        };

    /// <summary>Shows warnings about rewards.</summary>
    public void WarnOfRewards(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            LogRewardWarning(Logger, warning);
        }
    }

    /// <summary>Shows warnings.</summary>
    public void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            LogStartWarning(Logger, warning);
        }
    }

    /// <summary>Accuracy on the validation problems.</summary>
    public EvaluationResult Validate(IRunRecorder recorder, CancellationToken cancellationToken) =>
        Scored(_evaluator.Run(_validation, new EvaluationProgress(recorder), cancellationToken));

    /// <summary>Accuracy on the test problems.</summary>
    public EvaluationResult Test(IRunRecorder recorder, CancellationToken cancellationToken) =>
        Scored(_evaluator.Run(_test, new EvaluationProgress(recorder), cancellationToken));

    /// <inheritdoc/>
    public void Dispose()
    {
        (Engine as IDisposable)?.Dispose();
        _reference?.Dispose();
        Rewards.Dispose();
        Policy.Dispose();
    }

    /// <summary>
    /// The policy as it is when a phase begins, adapters included, kept in the run's folder, so that a resumed run measures against the
    /// same. It lives until the next phase asks for its own.
    /// </summary>
    /// <param name="phase">The phase's name; null for the first that has a reference.</param>
    /// <param name="resumes">Whether the phase goes on from a checkpoint.</param>
    public CausalLm Reference(string? phase, bool resumes)
    {
        string referenceFolder = Path.Combine(RunFolder, phase is null ? ReferenceName : $"{ReferenceName}-{phase}");
        bool hasAdapters = Policy.HasAdapters;
        if (!Directory.Exists(referenceFolder))
        {
            if (resumes)
            {
                throw new InvalidDataException(
                    $"{referenceFolder} is missing: it holds the policy that this phase began with, against which the KL penalty measures."
                );
            }

            AtomicFolder.Write(
                referenceFolder,
                folder =>
                {
                    if (hasAdapters)
                    {
                        Policy.SaveAdapters(folder);
                    }
                    else
                    {
                        Policy.Save(folder);
                    }

                    FolderManifest.Write(folder);
                }
            );
        }

        CausalLm reference = CausalLm.Load(
            hasAdapters ? _baseFolder : referenceFolder,
            PolicyModel.LoadOptions(_environment) with
            {
                IgnoreKeys = Options.Model.IgnoreKeys,
            }
        );
        try
        {
            if (hasAdapters)
            {
                reference.LoadAdapters(referenceFolder);
            }

            reference.Freeze();
            _reference?.Dispose();
            return _reference = reference;
        }
        catch
        {
            reference.Dispose();
            throw;
        }
    }

    /// <summary>Opens problems whose prompts fit.</summary>
    public IProblemSource Open(DatasetOptions problems, string key) =>
        ProblemSets.Open(
            problems,
            key,
            Formatter,
            new(Options.Prompt.MaxTokens, Policy.Shape.MaxPositions, Options.LongestRollout().MaxNewTokens),
            Logger,
            Notes
        );

    private IProblemSource Judged(IProblemSource problems, string key, IReadOnlyList<IRewardSource> by) =>
        ReadableAnswers.Of(problems, key, by, Options.Rewards.Scoring, Options.Data.UnreadableAnswers, Logger);

    // An accuracy of 0 because nothing could be scored is none.
    private EvaluationResult Scored(EvaluationResult result) =>
        result.Invalid < result.Scores.Count || Options.Rewards.ToleratedInvalidIterations > 0
            ? result
            : throw new RewardSourceException(
                $"Evaluation: reward source '{Rewards.Verifier.Name}' could not score any of the {result.Scores.Count} responses, so there is no accuracy. The first one: {result.FirstFailure}. "
                    + "Mend the source or its data, or name another one in evaluation:verifier.",
                result.FirstFailure?.Exception
            );

    private Prompt[] Prompts(IProblemSource problems, int? most) =>
        [.. Enumerable.Range(0, Math.Min(problems.Count, most ?? int.MaxValue)).Select(i => Formatter.Format(problems[i]))];

    [LoggerMessage(Level = LogLevel.Information, Message = "prompts: {Style}; {Ends}; an answer ends with {StopTokens}.")]
    private static partial void LogPrompts(ILogger logger, string style, string ends, string stopTokens);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "prompts: the tokenizer's files put {Tokens} after a plain text, so after every prompt and before its answer. If the model was not trained so, set add_eos_token to false in tokenizer_config.json."
    )]
    private static partial void LogSuffix(ILogger logger, string tokens);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rewards: {Warning}")]
    private static partial void LogRewardWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogStartWarning(ILogger logger, string warning);

    private sealed class EvaluationProgress(IRunRecorder recorder) : IProgress<RolloutProgress>
    {
        public void Report(RolloutProgress value) =>
            recorder.Progress(new(RunActivity.Evaluation, value.Finished, value.Total, value.Tokens));
    }
}
