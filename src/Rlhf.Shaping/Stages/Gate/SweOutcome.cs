namespace Rlhf.Shaping.Stages;

/// <summary>
/// The four outcomes of a software-engineering task (arXiv 2508.10548) as rewards in equal distances. The paper gives the order and where
/// its gate lies, but no numbers; a reimplementation (MILO-RL) has 1, −0.1, −0.2, −0.5 for passed, failed, empty and timed out.
/// </summary>
public static class SweOutcome
{
    /// <summary>Nothing was submitted.</summary>
    public const double NotSubmitted = 0;

    /// <summary>What was submitted changes nothing. The gate's threshold.</summary>
    public const double EmptyPatch = 1.0 / 3;

    /// <summary>The patch fails the tests.</summary>
    public const double FailsTests = 2.0 / 3;

    /// <summary>The patch passes the tests.</summary>
    public const double PassesTests = 1;

    /// <summary>All of them, ascending, for a channel's levels.</summary>
    public static IReadOnlyList<double> Levels { get; } = [NotSubmitted, EmptyPatch, FailsTests, PassesTests];
}
