using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Shaping;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;

namespace Rlhf.Trainers.Experiments;

/// <summary>A phase of policy optimisation: its algorithm fits the rewards, which are watched.</summary>
internal sealed class PolicyPlan : IPhasePlan
{
    private readonly AlgorithmOptions _options;
    private readonly PhaseContext _context;
    private readonly IAdvantageEstimator _estimator;
    private readonly HackingWatch? _watch;

    /// <exception cref="RewardPipelineException">The rewards do not fit the algorithm.</exception>
    public PolicyPlan(AlgorithmOptions options, PhaseContext context)
    {
        (_options, _context) = (options, context);
        Experiment experiment = context.Experiment;
        RewardPipeline pipeline = experiment.Rewards.Pipeline;
        PolicyTrainer.CheckKl(pipeline, options.Kl);
        PolicyTrainer.CheckOverlong(pipeline, options.OverlongFiltering);
        _estimator = options.CreateEstimator(pipeline);
        _watch = context.Options.Monitor is { } monitor ? new(monitor, pipeline, context.Logger) : null;
        experiment.WarnOfRewards([.. _estimator.Warnings, .. _watch?.Warnings ?? []]);
        experiment.Warn(options.Rollout.Warnings);
    }

    private int PolicyPhasesBefore => _context.Before.OfType<AlgorithmOptions>().Count();

    public ITrainingPhase Begin(IRunRecorder recorder, bool resumes)
    {
        Experiment experiment = _context.Experiment;
        bool measures = _options.Kl is not null || experiment.Rewards.Pipeline.NeedsReference;
        CausalLm? reference = measures ? experiment.Reference(PolicyPhasesBefore == 0 ? null : _context.Name, resumes) : null;
        return new PolicyPhase(
            _context.Name,
            _options,
            _context.Options.Evaluation.Every,
            new()
            {
                Policy = _context.Policy,
                Reference = reference,
                Engine = experiment.Engine,
                Tokenizer = _context.Tokenizer,
                Scorer = experiment.Rewards.Scorer,
                ModelRewardSources = experiment.Rewards.Sources.Models,
                Pipeline = experiment.Rewards.Pipeline,
                Estimator = _estimator,
                Sampling = experiment.Sampling(_options.Rollout),
                GroupSize = _options.SamplesPerPrompt(),
                Steps = _context.Options.Rewards.Steps,
                OverlongFiltering = _options.OverlongFiltering,
                MicroBatchTokens = _options.MicroBatchTokens,
                ToleratedInvalidIterations = _context.Options.Rewards.ToleratedInvalidIterations,
            },
            _context.Problems,
            experiment.Formatter,
            recorder,
            _watch,
            PolicyPhasesBefore
        );
    }
}
