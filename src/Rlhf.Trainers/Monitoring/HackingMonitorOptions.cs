using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Monitoring;

/// <summary>Options of <see cref="HackingMonitor"/>, which looks for the signatures of reward hacking in the records of a run.</summary>
public sealed class HackingMonitorOptions : IValidatableObject
{
    /// <summary>Iterations W that are looked at together.</summary>
    /// <value>Default 20; 8 or more.</value>
    [Range(8, 10_000)]
    public int Window { get; init; } = 20;

    /// <summary>How significant a trend must be: by how many of its standard deviations Kendall's S must differ from 0.</summary>
    /// <value>Default 3.</value>
    [Range(0.0, 100.0)]
    public double Significance { get; init; } = 3;

    /// <summary>The least fall of the verified outcome over a window that counts (signature A), in the outcome's units.</summary>
    /// <value>Default 0.05.</value>
    [Range(0.0, 1e6)]
    public double MinimumFall { get; init; } = 0.05;

    /// <summary>The least growth of steps or length over a window that counts (signature B), as a share of their value at its beginning.</summary>
    /// <value>Default 0.3.</value>
    [Range(0.0, 1e6)]
    public double Growth { get; init; } = 0.3;

    /// <summary>The rise of the verified outcome over a window that justifies growth (signature B), in the outcome's units.</summary>
    /// <value>Default 0.02.</value>
    [Range(0.0, 1e6)]
    public double MinimumRise { get; init; } = 0.02;

    /// <summary>The share of the return's within-group variance above which process rewards drown the outcome (signature C).</summary>
    /// <value>Default 0.5.</value>
    [Range(0.0, 10.0)]
    public double VarianceShare { get; init; } = 0.5;

    /// <summary>
    /// What is done, beside the warning, when one of <see cref="ActOn"/> is found: <c>warn</c>, <c>stop</c> or <c>switch_off</c>.
    /// </summary>
    /// <value>Default <c>warn</c>: nothing more.</value>
    public HackingAction Action { get; init; } = HackingAction.Warn;

    /// <summary>The signatures that <see cref="Action"/> is taken on.</summary>
    /// <value>Default <c>proxy_up_outcome_down</c> and <c>growth_without_outcome</c>.</value>
    public IReadOnlyList<HackingSignature> ActOn { get; init; } =
    [HackingSignature.ProxyUpOutcomeDown, HackingSignature.GrowthWithoutOutcome];

    /// <summary>The return channels that <c>switch_off</c> takes out of the return.</summary>
    /// <value>Default none; needed by <c>switch_off</c> and given only there.</value>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Action == HackingAction.SwitchOff) != (Channels.Count > 0))
        {
            yield return new(
                "names the channels to take out of the return when action is switch_off, and is empty otherwise.",
                [nameof(Channels)]
            );
        }

        if (Action != HackingAction.Warn && ActOn.Count == 0)
        {
            yield return new("is empty, so that the action is never taken; name a signature, or set action to warn.", [nameof(ActOn)]);
        }
    }
}
