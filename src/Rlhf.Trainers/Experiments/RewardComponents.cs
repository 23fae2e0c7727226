using Microsoft.Extensions.Logging;
using Rlhf.Models;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>An experiment's reward sources and pipeline.</summary>
/// <param name="Sources">The sources.</param>
/// <param name="Scorer">Runs the host sources.</param>
/// <param name="Pipeline">Shapes what they give.</param>
/// <param name="Verifier">The source that accuracy is measured with.</param>
internal sealed record RewardComponents(RewardSources Sources, RewardScorer Scorer, RewardPipeline Pipeline, IRewardSource Verifier)
    : IDisposable
{
    /// <summary>Makes sources and pipeline.</summary>
    /// <exception cref="ModelFormatException">A reward model cannot be read.</exception>
    /// <exception cref="RewardPipelineException">A source or the pipeline cannot work as described.</exception>
    /// <exception cref="ConfigurationException">No source, or no single one, measures accuracy.</exception>
    public static RewardComponents Create(
        RewardOptions options,
        string? verifier,
        ExperimentRegistry registry,
        long seed,
        ModelLoadOptions load,
        ILogger logger
    )
    {
        RewardSources sources = RewardSources.Create(options.Sources, registry, load);
        try
        {
            IRewardSource measuring = sources.FindVerifier(verifier);
            RewardScorer? scorer = null;
            RewardSources.WithKey("scoring", () => scorer = new(sources.Host, options.Scoring, logger));
            RewardPipelineBuilder builder = new RewardPipelineBuilder(sources.Schema)
                .WithWeights(new(options.Weights))
                .WithVerifiedOutcome(measuring.Name)
                .WithSeed(seed);
            return new(sources, scorer!, builder.Add(registry.Stages, options.Noise, options.Shaping).Build(), measuring);
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
}
