using Microsoft.Extensions.Logging;
using Rlhf.Rewards;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Experiments;

/// <summary>An experiment's reward sources and pipeline.</summary>
/// <param name="Sources">What scores completions; the first is the verifier.</param>
/// <param name="Scorer">Runs them.</param>
/// <param name="Pipeline">Shapes what they give.</param>
internal sealed record RewardComponents(IReadOnlyList<IRewardSource> Sources, RewardScorer Scorer, RewardPipeline Pipeline)
{
    /// <summary>The source that accuracy is measured with.</summary>
    public IRewardSource Verifier => Sources[0];

    /// <summary>Makes sources and pipeline.</summary>
    /// <exception cref="ArgumentException">A source's options are out of range.</exception>
    /// <exception cref="RewardPipelineException">The pipeline cannot work as described.</exception>
    public static RewardComponents Create(RewardOptions options, ExperimentRegistry registry, long seed, ILogger logger)
    {
        IRewardSource[] sources = [.. options.Sources.Select(registry.Sources.Create)];
        if (sources[0].Granularity != RewardGranularity.Outcome)
        {
            throw new RewardPipelineException($"the first reward source is the verifier that accuracy is measured with, but '{sources[0].Name}' scores steps; put an outcome source first.");
        }

        RewardPipelineBuilder builder = new RewardPipelineBuilder(Schema(sources)).WithWeights(new(options.Weights)).WithVerifiedOutcome(sources[0].Name).WithSeed(seed);
        RewardPipeline pipeline = registry.Stages.AddTo(builder, options.Noise, options.Shaping).Build();
        return new(sources, new(sources, options.Scoring, logger), pipeline);
    }

    private static RewardSchema Schema(IReadOnlyList<IRewardSource> sources)
    {
        List<ChannelSchema> channels = [];
        foreach (IRewardSource source in sources)
        {
            bool isStep = source.Granularity == RewardGranularity.Step;
            channels.Add(new(source.Name, source.Granularity, isStep ? StepMap.Steps : null)
            {
                Levels = source.Levels,
                Range = source.Levels is { } levels ? new(levels.Min(), levels.Max()) : null,
            });
            if (source.SaysAnswered)
            {
                channels.Add(new(RewardChannel.AnsweredName(source.Name), RewardGranularity.Outcome) { Levels = [0, 1], Range = new(0, 1) });
            }
        }

        return new(channels);
    }
}
