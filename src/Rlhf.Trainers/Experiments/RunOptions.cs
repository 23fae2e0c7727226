using System.ComponentModel.DataAnnotations;
using Rlhf.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>The run as a whole.</summary>
public sealed record RunOptions
{
    /// <summary>Name shown in displays and reports.</summary>
    /// <value>Default <c>run</c>.</value>
    public string Name { get; init; } = "run";

    /// <summary>Folder for everything the run leaves behind; null for a new one under <c>runs/</c> named after name and time.</summary>
    /// <value>Default null.</value>
    [ConfigurationPath]
    public string? Folder { get; init; }

    /// <summary>Goes on from the newest checkpoint of <see cref="Folder"/>; without one there it starts from the beginning.</summary>
    /// <value>Default false: a folder that already holds a run is refused.</value>
    public bool Resume { get; init; }

    /// <summary>
    /// Resumes on another device, in another precision, with another number of threads or other library versions than the run began with.
    /// What follows is then no longer, bit by bit, what an uninterrupted run computes. What the run reads must be the same in any case; where
    /// the folder's <c>environment.json</c> is missing, this goes on without any comparison.
    /// </summary>
    /// <value>Default false: such a resume is refused.</value>
    public bool AllowOtherEnvironment { get; init; }

    /// <summary>Seed of every random number of the run.</summary>
    /// <value>Default 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Non-finite optimizer steps in a row after which the run stops; each is skipped and its batch kept for inspection.</summary>
    /// <value>Default 5; 1 or more.</value>
    [Range(1, int.MaxValue)]
    public int MaxSkippedSteps { get; init; } = 5;
}
