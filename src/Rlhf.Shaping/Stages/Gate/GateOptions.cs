namespace Rlhf.Shaping.Stages;

/// <summary>
/// Gated reward accumulation (G-RA, arXiv 2508.10548): a level counts only where every level of higher priority passes its threshold,
/// R̂_i = 0 if some j &gt; i has R_j ≤ v_j, else R_i.
/// </summary>
/// <remarks>
/// <para>
/// Two levels are given by <see cref="Channel"/>, <see cref="By"/> and <see cref="Threshold"/>; any number by <see cref="Levels"/>. An
/// outcome level decides for all entries of a response. A step level decides for a step level of the same step map, each step for itself.
/// Thresholds compare the higher level's <em>observed</em> value (that of this point in the pipeline only for a channel that a shaping
/// stage made), so weights and earlier stages do not move them.
/// </para>
/// <para>An invalid higher level makes what it gates invalid, not 0. Without this stage rewards accumulate directly (the paper's
/// D-RA).</para>
/// </remarks>
public sealed class GateOptions : StageOptions
{
    /// <summary>The gated channel of a gate with two levels.</summary>
    /// <value>Default null: <see cref="Levels"/> is given instead.</value>
    public string? Channel { get; init; }

    /// <summary>The channel that opens a gate with two levels.</summary>
    /// <value>Default null: <see cref="Levels"/> is given instead.</value>
    public string? By { get; init; }

    /// <summary>The threshold v of <see cref="By"/>.</summary>
    /// <value>Default null: 0 (a verifier's 1 opens, its 0 does not), or the preset's.</value>
    public double? Threshold { get; init; }

    /// <summary>
    /// A threshold of a paper: <c>swe_outcome</c> opens for the outcomes of <see cref="SweOutcome"/> from "fails the tests" on. For a gate
    /// with two levels.
    /// </summary>
    /// <value>Default null.</value>
    public GatePreset? Preset { get; init; }

    /// <summary>The levels from lowest to highest priority.</summary>
    /// <value>Default null: <see cref="Channel"/> and <see cref="By"/> are given instead; two or more.</value>
    public IReadOnlyList<GateLevel>? Levels { get; init; }

    /// <summary>What a value equal to its threshold does: the paper is ambiguous.</summary>
    /// <value>Default <c>greater</c>: the gate stays closed at the threshold, as the paper's formula says.</value>
    public GateOpening OpensWhen { get; init; } = GateOpening.Greater;

    /// <summary>What a closed gate takes away.</summary>
    /// <value>Default <c>all</c>, the paper's: penalties, too.</value>
    public GateApplies Applies { get; init; } = GateApplies.All;

    internal IReadOnlyList<GateLevel> AllLevels =>
        Levels ?? [new(Channel!), new(By!, Threshold ?? (Preset == GatePreset.SweOutcome ? SweOutcome.EmptyPatch : 0))];

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        if (Levels is null ? Channel is null || By is null : Channel is not null || By is not null || Levels.Count < 2)
        {
            yield return "Gate: give channel and by, or levels with two or more levels from lowest to highest priority.";
            yield break;
        }

        if (Preset is not null && (Threshold is not null || Levels is not null || OpensWhen != GateOpening.Greater))
        {
            yield return "Gate: a preset sets the threshold of by, which opens above it; leave threshold, levels and opensWhen out.";
        }

        foreach (GateLevel level in AllLevels)
        {
            if (!double.IsFinite(level.Threshold))
            {
                yield return $"Gate: the threshold of channel '{level.Channel}' is {level.Threshold}, which is not finite.";
            }
        }

        foreach (string problem in Repeated("Gate", AllLevels.Select(l => l.Channel)))
        {
            yield return problem;
        }
    }
}
