using Rlhf.Models;
using Rlhf.Rewards;

namespace Rlhf.ModelRewards;

/// <summary>Reward models as sources. They own their weights: dispose them.</summary>
public static class ModelRewardSources
{
    /// <summary>An outcome reward model.</summary>
    /// <param name="options">Where it lies and how it is read.</param>
    /// <param name="load">Device and types; null for the CPU and float32.</param>
    /// <exception cref="ModelFormatException">The folder holds no reward model that can be read.</exception>
    public static ITensorRewardSource Outcome(OutcomeModelOptions options, ModelLoadOptions? load = null) =>
        new OutcomeModelSource(options, load ?? new());

    /// <summary>A process reward model.</summary>
    /// <inheritdoc cref="Outcome"/>
    public static ITensorRewardSource Process(ProcessModelOptions options, ModelLoadOptions? load = null) =>
        new ProcessModelSource(options, load ?? new());
}
