using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Phases;

/// <summary>What every element of <c>phases</c> has; <c>"type"</c> says which phase it is.</summary>
public abstract record PhaseOptions
{
    /// <summary>The phase's name in metrics and checkpoints, and what the command line may call it by.</summary>
    /// <value>Default the type, such as <c>grpo</c>; two phases of a type need two names. Small letters, digits, <c>-</c> and <c>_</c>.</value>
    [RegularExpression(
        "^[a-z][a-z0-9_-]*$",
        ErrorMessage = "must begin with a small letter and go on with small letters, digits, - and _."
    )]
    public string? Name { get; init; }

    /// <summary>Iterations at the most.</summary>
    /// <value>Default 100.</value>
    [Range(1, int.MaxValue)]
    public int Iterations { get; init; } = 100;
}
