using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Experiments;

namespace PaperClaims;

/// <summary>What a reward for key phrases of thought teaches by itself, and what calibration by it makes of a verifier with false negatives (arXiv 2505.22653).</summary>
internal static class PatternStudy
{
    private const string Pattern = "pattern";
    private const double FalseNegatives = 0.4;

    /// <summary>Verified outcome, patterns alone, false negatives, and false negatives with calibration at two strengths.</summary>
    public static Study Create(bool quick)
    {
        int seeds = quick ? 1 : 5;
        FlipOptions misses = new() { Channel = "verifier", FalsePositiveRate = 0, FalseNegativeRate = FalseNegatives, Scope = FlipScope.Answer };
        return new()
        {
            Name = "patterns",
            Task = new() { AnswerOnlyShare = 0.6, IdleShare = 0, LeadingWords = ["first, ", "next, ", "therefore ", "finally, "], StartAccuracy = 0.3 },
            Base = Settings.Experiment(
                Settings.Algorithm(quick ? 40 : 60) with
                {
                    Rollout = new() { MaxNewTokens = 128, Slots = Settings.Prompts * Settings.GroupSize },

                    // Without it a reward that says nothing of arithmetic lets arithmetic decay.
                    Kl = new() { Coefficient = 0.1 },
                },
                new() { Sources = [new LastNumberOptions(), new ReasoningPatternOptions { Name = Pattern }], Weights = new Dictionary<string, double> { ["verifier"] = 1 } }),
            Cells =
            [
                new("verified", o => o, seeds),
                new("pattern-alone", o => o with { Rewards = o.Rewards with { Weights = new Dictionary<string, double> { [Pattern] = 1 } } }, seeds),
                new("false-negatives", o => With(o, [misses], []), seeds),
                new("calibrated-0.1", o => With(o, [misses], [new CalibrateOptions { Channel = "verifier", By = Pattern }]), seeds),
                new("calibrated-1", o => With(o, [misses], [new CalibrateOptions { Channel = "verifier", By = Pattern, Alpha = 1 }]), seeds),
            ],
            BaselineOf = c => c.Name.StartsWith("calibrated", StringComparison.Ordinal) ? "false-negatives" : "verified",
            BaselineName = "verified (calibrated: false-negatives)",
            Verdict = Verdict,
            Figures = [new("patterns", "Against the verified outcome", ["pattern-alone", "false-negatives"]), new("calibration", "Against false negatives", ["calibrated-0.1", "calibrated-1"])],
        };
    }

    private static string Verdict(CellResult result) => result.Cell.Name.StartsWith("calibrated", StringComparison.Ordinal)
        ? result.Difference.IsAbove(0) ? "helps" : result.Difference.Mean + (result.Difference.HalfWidth ?? 0) < 0 ? "hurts" : "no difference"
        : result.Gain.IsAbove(0) ? "learns" : "does not learn";

    private static ExperimentOptions With(ExperimentOptions options, IReadOnlyList<StageOptions> noise, IReadOnlyList<StageOptions> shaping) =>
        options with { Rewards = options.Rewards with { Noise = noise, Shaping = shaping } };
}
