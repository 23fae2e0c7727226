using Microsoft.Extensions.Logging;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Experiments;

/// <summary>An experiment's reward sources and pipeline.</summary>
/// <param name="Sources">The sources; the first is the one that accuracy is measured with.</param>
/// <param name="Scorer">Runs the host sources.</param>
/// <param name="Pipeline">Shapes what they give.</param>
internal sealed record RewardComponents(RewardSources Sources, RewardScorer Scorer, RewardPipeline Pipeline) : IDisposable
{
    /// <summary>The source that accuracy is measured with.</summary>
    public IRewardSource Verifier => Sources.Host[0];

    /// <summary>Makes sources and pipeline.</summary>
    /// <exception cref="ModelFormatException">A reward model cannot be read.</exception>
    /// <exception cref="RewardPipelineException">A source or the pipeline cannot work as described.</exception>
    public static RewardComponents Create(
        RewardOptions options,
        ExperimentRegistry registry,
        long seed,
        ModelLoadOptions load,
        ILogger logger
    )
    {
        RewardSourceOptions first = options.Sources[0];
        Require(!registry.Sources.TypeOf(first).IsModel, first);
        RewardSources sources = RewardSources.Create(options.Sources, registry.Sources, load);
        try
        {
            Require(sources.Host[0].Granularity == RewardGranularity.Outcome, first);
            RewardScorer? scorer = null;
            RewardSources.WithKey("scoring", () => scorer = new(sources.Host, options.Scoring, logger));
            RewardPipelineBuilder builder = new RewardPipelineBuilder(sources.Schema)
                .WithWeights(new(options.Weights))
                .WithVerifiedOutcome(sources.Host[0].Name)
                .WithSeed(seed);
            return new(sources, scorer!, registry.Stages.AddTo(builder, options.Noise, options.Shaping).Build());
        }
        catch
        {
            sources.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pipeline.Dispose();
        Sources.Dispose();
    }

    private static void Require(bool isVerifier, RewardSourceOptions first)
    {
        if (!isVerifier)
        {
            throw new RewardPipelineException(
                $"the first reward source is the verifier that accuracy is measured with, but '{first.Name}' is a model or scores steps; put a verifier of outcomes first."
            );
        }
    }
}
