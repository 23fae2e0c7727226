using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Experiments;

/// <summary>Saving and keeping state.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Iterations between two checkpoints; one is also written at the end of each phase and when the run is interrupted.</summary>
    /// <value>Default 10; 0 for only those.</value>
    [Range(0, int.MaxValue)]
    public int Every { get; init; } = 10;

    /// <summary>Newest checkpoints kept.</summary>
    /// <value>Default 2; 1 or more.</value>
    [Range(1, int.MaxValue)]
    public int KeepLast { get; init; } = 2;

    /// <summary>Keeps the checkpoint with the best accuracy, too.</summary>
    /// <value>Default true.</value>
    public bool KeepBest { get; init; } = true;
}
