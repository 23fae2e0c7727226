using Microsoft.Extensions.Logging;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Experiments;

/// <summary>An experiment's reward sources and pipeline.</summary>
/// <param name="Verifier">The source that accuracy is measured with.</param>
/// <param name="Scorer">Runs the host sources.</param>
/// <param name="Models">Reward models.</param>
/// <param name="Pipeline">Shapes what they give.</param>
internal sealed record RewardComponents(
    IRewardSource Verifier,
    RewardScorer Scorer,
    IReadOnlyList<ITensorRewardSource> Models,
    RewardPipeline Pipeline
) : IDisposable
{
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
        if (
            registry.Sources.TypeOf(first).IsModel
            || Make("sources:0", () => registry.Sources.Create(first)) is not { Granularity: RewardGranularity.Outcome } verifier
        )
        {
            throw new RewardPipelineException(
                $"the first reward source is the verifier that accuracy is measured with, but '{first.Name}' is a model or scores steps; put a verifier of outcomes first."
            );
        }

        List<IRewardSource> sources = [];
        List<ITensorRewardSource> models = [];
        RewardSchema schema = new([]);
        try
        {
            foreach ((int index, RewardSourceOptions source) in options.Sources.Index())
            {
                string key = $"sources:{index}";
                if (registry.Sources.TypeOf(source).IsModel)
                {
                    models.Add(Make(key, () => registry.Sources.CreateModel(source, load)));
                    schema = schema.Source(models[^1]);
                }
                else
                {
                    sources.Add(index == 0 ? verifier : Make(key, () => registry.Sources.Create(source)));
                    schema = schema.Source(sources[^1]);
                }
            }

            RewardPipelineBuilder builder = new RewardPipelineBuilder(schema)
                .WithWeights(new(options.Weights))
                .WithVerifiedOutcome(verifier.Name)
                .WithSeed(seed);
            return new(
                verifier,
                Make("scoring", () => new RewardScorer(sources, options.Scoring, logger)),
                models,
                registry.Stages.AddTo(builder, options.Noise, options.Shaping).Build()
            );
        }
        catch
        {
            Free([.. models, .. sources]);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Free([Pipeline, .. Models, .. Scorer.Sources]);

    // Options that do not fit are the configuration's fault, so the message names their key.
    private static T Make<T>(string key, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new RewardPipelineException(
                $"{key}: {e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)}",
                e
            );
        }
    }

    private static void Free(IEnumerable<object> sources)
    {
        foreach (IDisposable source in sources.OfType<IDisposable>())
        {
            source.Dispose();
        }
    }
}
