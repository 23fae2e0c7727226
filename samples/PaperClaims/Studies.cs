namespace PaperClaims;

/// <summary>The studies by name.</summary>
internal static class Studies
{
    public static IReadOnlyList<(string Name, string Description, Func<bool, Study> Create)> All { get; } =
    [
        ("clip-delta", "Which forms of a process reward get hacked, with which credit and weight.", ClipDeltaStudy.Create),
        ("noise", "How much label noise training survives, flipped by question and by answer.", NoiseStudy.Create),
        ("patterns", "What a reward for key phrases teaches, and what calibration by it does for a noisy verifier.", PatternStudy.Create),
        ("gates", "Direct accumulation of step rewards against gated accumulation.", GateStudy.Create),
    ];
}
