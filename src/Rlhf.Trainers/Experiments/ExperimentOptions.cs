using System.ComponentModel.DataAnnotations;
using Rlhf.Runtime;
using Rlhf.Trainers.Monitoring;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;

namespace Rlhf.Trainers.Experiments;

/// <summary>An experiment: one JSON file.</summary>
public sealed record ExperimentOptions
{
    /// <summary>Version of this file's format.</summary>
    /// <value>Default 1, the only one so far.</value>
    [Range(1, 1)]
    public int FormatVersion { get; init; } = 1;

    /// <summary>The run: its folder, seed and whether it goes on from a checkpoint.</summary>
    public RunOptions Run { get; init; } = new();

    /// <summary>Device, precision and threads.</summary>
    public ComputeOptions Compute { get; init; } = new();

    /// <summary>The policy: a folder to load or an architecture to start from scratch.</summary>
    public ModelOptions Model { get; init; } = new();

    /// <summary>The prompts to train on and those to evaluate on.</summary>
    public required DataOptions Data { get; init; }

    /// <summary>How a problem becomes a prompt.</summary>
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>What trains, in order: supervised fine-tuning, policy optimisation, or phases that a program adds.</summary>
    [MinLength(1)]
    public required IReadOnlyList<PhaseOptions> Phases { get; init; }

    /// <summary>What is rewarded and how the rewards are shaped.</summary>
    public required RewardOptions Rewards { get; init; }

    /// <summary>Watching the run for reward hacking; null for not at all.</summary>
    public HackingMonitorOptions? Monitor { get; init; } = new();

    /// <summary>When and how accuracy on the test problems is measured.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>When the state is saved and what is kept.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>The sampling of the phase with the longest responses, which evaluations go by; the defaults where no phase samples.</summary>
    internal RolloutOptions LongestRollout() =>
        Phases.OfType<AlgorithmOptions>().Select(a => a.Rollout).MaxBy(r => r.MaxNewTokens) ?? new();
}
