using Microsoft.Extensions.Logging;
using Rlhf.Generation;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Runtime;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>The parts of an experiment, made from its options: model, tokenizer, problems, prompts, rewards, rollout engine.</summary>
internal sealed partial class Experiment : IDisposable
{
    private const string SftName = "sft";
    private const string PolicyName = "grpo";
    private const string ReferenceName = "reference";

    private readonly ComputeEnvironment _environment;
    private readonly RewardComponents _rewards;
    private readonly IAdvantageEstimator _estimator;
    private readonly HackingWatch? _watch;
    private readonly ILogger _logger;
    private readonly IProblemSource _train;
    private readonly Prompt[] _validation;
    private readonly Prompt[] _test;
    private readonly GreedyEvaluator _evaluator;
    private readonly SamplingOptions _sampling;
    private readonly string _referenceFolder;
    private readonly string _baseFolder;
    private readonly IProblemSource? _supervised;
    private readonly List<string> _notes = [];
    private CausalLm? _reference;

    private Experiment(
        ExperimentOptions options,
        ComputeEnvironment environment,
        PolicyModel model,
        RewardComponents rewards,
        IAdvantageEstimator estimator,
        HackingWatch? watch,
        long maxCacheBytes,
        string runFolder,
        ILogger logger
    )
    {
        (Options, _environment, _rewards, _estimator, _watch, _logger) = (options, environment, rewards, estimator, watch, logger);
        (Policy, Tokenizer, Formatter) = (model.Policy, model.Tokenizer, model.Formatter);
        _referenceFolder = Path.Combine(runFolder, ReferenceName);
        _baseFolder = PolicyModel.BaseFolder(options.Model, runFolder);
        string[] returned = [.. options.Rewards.Weights.Where(w => w.Value != 0).SelectMany(w => rewards.Pipeline.SourcesOf(w.Key))];
        IRewardSource[] training = [.. rewards.Sources.Host.Where(s => returned.Contains(s.Name))];
        _train = Judged(Open(options.Data.Train, "Data:Train"), "Data:Train", training);
        _test = Prompts(Judged(Open(options.Data.Test, "Data:Test"), "Data:Test", [rewards.Verifier]), options.Evaluation.FinalProblems);
        _validation = options.Data.Validation is { } validation
            ? Prompts(Judged(Open(validation, "Data:Validation"), "Data:Validation", [rewards.Verifier]), options.Evaluation.Problems)
            : [.. _test.Take(options.Evaluation.Problems)];
        LogPrompts(
            logger,
            Formatter.Style,
            new PromptEnds(Tokenizer, Formatter.Format(_train[0]).TokenIds).ToString(),
            string.Join(", ", model.StopTokens.Select(id => PromptEnds.Describe(Tokenizer, id)))
        );
        if (Formatter.TextSuffix.Count > 0)
        {
            LogSuffix(logger, string.Join(", ", Formatter.TextSuffix.Select(id => PromptEnds.Describe(Tokenizer, id))));
        }

        if (options.Sft is not null)
        {
            string key = options.Data.Demonstrations is null ? "Data:Train" : "Data:Demonstrations";
            IProblemSource solved = options.Data.Demonstrations is { } demonstrations ? Open(demonstrations, key) : _train;
            _supervised = ProblemSets.Supervised(solved, key, Formatter, Policy.Shape.MaxPositions, logger, _notes);
        }

        RolloutOptions rollout = options.Algorithm.Rollout;
        Engine = new CausalLmRolloutEngine(Policy, Tokenizer, new() { MaxSlots = rollout.Slots, MaxCacheBytes = maxCacheBytes }, logger);
        _sampling = new()
        {
            Temperature = rollout.Temperature,
            TopK = rollout.TopK,
            TopP = rollout.TopP,
            MinP = rollout.MinP,
            MaxNewTokens = rollout.MaxNewTokens,
            StopTokenIds = model.StopTokens,
            StopStrings = rollout.StopStrings,
            Seed = options.Run.Seed,
        };
        _evaluator = new(Engine, Tokenizer, rewards.Verifier, _sampling, options.Rewards.Scoring, options.Rewards.Steps, logger);
    }

    public ExperimentOptions Options { get; }

    public CausalLm Policy { get; }

    public BpeTokenizer Tokenizer { get; }

    public PromptFormatter Formatter { get; }

    /// <summary>How the policy is asked, for who loads it from a checkpoint.</summary>
    public TrainedPrompt Prompt => Formatter.Describe(_sampling);

    public IRolloutEngine Engine { get; }

    /// <summary>The phases in their order.</summary>
    public IReadOnlyList<string> PhaseNames => PhasesOf(Options);

    /// <summary>What a summary of the run should say, such as which problems were left out.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Phases with the iterations they have at the most.</summary>
    public IReadOnlyList<PhasePlan> Plan =>
        [.. PhaseNames.Select(n => new PhasePlan(n, n == SftName ? Options.Sft!.Steps : Options.Algorithm.Iterations))];

    /// <summary>The phases of an experiment in their order.</summary>
    public static IReadOnlyList<string> PhasesOf(ExperimentOptions options) => options.Sft is null ? [PolicyName] : [SftName, PolicyName];

    /// <summary>Tidies up the models that a run keeps beside its checkpoints, and removes them before it begins anew.</summary>
    /// <exception cref="InvalidDataException">The run goes on, and one of them is not what was saved.</exception>
    public static void RecoverModels(string runFolder, bool beginsAnew)
    {
        foreach (string name in (string[])[ReferenceName, PolicyModel.BaseName])
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
                maxCacheBytes ?? options.Algorithm.Rollout.CacheBytes(environment),
                rewards,
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
        string runFolder,
        string? checkpointModel,
        ILogger logger
    )
    {
        PolicyTrainer.CheckKl(rewards.Pipeline, options.Algorithm.Kl);
        PolicyTrainer.CheckOverlong(rewards.Pipeline, options.Algorithm.OverlongFiltering);
        IAdvantageEstimator estimator = options.Algorithm.CreateEstimator(rewards.Pipeline);
        HackingWatch? watch = options.Monitor is { } monitor ? new(monitor, rewards.Pipeline, logger) : null;
        foreach (string warning in rewards.Pipeline.Warnings.Concat(estimator.Warnings).Concat(watch?.Warnings ?? []))
        {
            LogRewardWarning(logger, warning);
        }

        foreach (string warning in SelectionWarnings.Of(options).Concat(options.Algorithm.Rollout.Warnings))
        {
            LogStartWarning(logger, warning);
        }

        PolicyModel model = PolicyModel.Create(options, environment, checkpointModel, runFolder, logger);
        try
        {
            return new(options, environment, model, rewards, estimator, watch, maxCacheBytes, runFolder, logger);
        }
        catch
        {
            model.Policy.Dispose();
            throw;
        }
    }

    /// <summary>Makes a phase.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="recorder">Told how far it is.</param>
    /// <param name="resumes">Whether it goes on from a checkpoint, and does not begin.</param>
    public ITrainingPhase CreatePhase(string name, IRunRecorder recorder, bool resumes) =>
        name == SftName
            ? new SftPhase(Options.Sft!, Policy, _supervised!, Formatter, Options.Run.Seed, recorder)
            : CreatePolicyPhase(recorder, resumes);

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
        _rewards.Dispose();
        Policy.Dispose();
    }

    private PolicyPhase CreatePolicyPhase(IRunRecorder recorder, bool resumes)
    {
        if (Options.Algorithm.Kl is not null || _rewards.Pipeline.NeedsReference)
        {
            _reference ??= Reference(resumes);
        }

        return new(
            Options,
            new()
            {
                Policy = Policy,
                Reference = _reference,
                Engine = Engine,
                Tokenizer = Tokenizer,
                Scorer = _rewards.Scorer,
                ModelRewardSources = _rewards.Sources.Models,
                Pipeline = _rewards.Pipeline,
                Estimator = _estimator,
                Sampling = _sampling,
                GroupSize = Options.Algorithm.SamplesPerPrompt,
                Steps = Options.Rewards.Steps,
                OverlongFiltering = Options.Algorithm.OverlongFiltering,
                MicroBatchTokens = Options.Algorithm.MicroBatchTokens,
                ToleratedInvalidIterations = Options.Rewards.ToleratedInvalidIterations,
            },
            _train,
            Formatter,
            recorder,
            _watch
        );
    }

    // The policy as it is when this phase begins, adapters included, kept in the run's folder, so that a resumed run measures against the
    // same.
    private CausalLm Reference(bool resumes)
    {
        bool hasAdapters = Policy.HasAdapters;
        if (!Directory.Exists(_referenceFolder))
        {
            if (resumes)
            {
                throw new InvalidDataException(
                    $"{_referenceFolder} is missing: it holds the policy that this phase began with, against which the KL penalty measures."
                );
            }

            AtomicFolder.Write(
                _referenceFolder,
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
            hasAdapters ? _baseFolder : _referenceFolder,
            PolicyModel.LoadOptions(_environment) with
            {
                IgnoreKeys = Options.Model.IgnoreKeys,
            }
        );
        try
        {
            if (hasAdapters)
            {
                reference.LoadAdapters(_referenceFolder);
            }

            reference.Freeze();
            return reference;
        }
        catch
        {
            reference.Dispose();
            throw;
        }
    }

    private IProblemSource Open(DatasetOptions problems, string key) =>
        ProblemSets.Open(
            problems,
            key,
            Formatter,
            new(Options.Prompt.MaxTokens, Policy.Shape.MaxPositions, Options.Algorithm.Rollout.MaxNewTokens),
            _logger,
            _notes
        );

    private IProblemSource Judged(IProblemSource problems, string key, IReadOnlyList<IRewardSource> by) =>
        ReadableAnswers.Of(problems, key, by, Options.Rewards.Scoring, Options.Data.UnreadableAnswers, _logger);

    // An accuracy of 0 because nothing could be scored is none.
    private EvaluationResult Scored(EvaluationResult result) =>
        result.Invalid < result.Scores.Count || Options.Rewards.ToleratedInvalidIterations > 0
            ? result
            : throw new RewardSourceException(
                $"Evaluation: reward source '{_rewards.Verifier.Name}' could not score any of the {result.Scores.Count} responses, so there is no accuracy. The first one: {result.FirstFailure}. "
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
