using System.Globalization;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Experiments;
using Rlhf.Verification;
using Rlhf.Verification.Patterns;

namespace PaperClaims;

/// <summary>
/// What a reward for key phrases of thought teaches by itself, and what calibration by it makes of a verifier with false negatives (arXiv
/// 2505.22653).
/// </summary>
internal static class PatternStudy
{
    private const string Pattern = "pattern";
    private const string Misses = "misses",
        Calibrated = "calibrated";

    private static readonly double[] Rates = [0.4, 0.8, 0.9];

    /// <summary>
    /// Verified outcome, patterns alone, and a verifier that misses a share of the right answers, with calibration and without; quick: one
    /// share.
    /// </summary>
    public static Study Create(bool quick)
    {
        int seeds = quick ? 1 : 5;
        return new()
        {
            Name = "patterns",
            Task = new()
            {
                AnswerOnlyShare = 0.6,
                IdleShare = 0,
                LeadingWords = ["first, ", "next, ", "therefore ", "finally, "],
                StartAccuracy = 0.3,
            },
            Base = Settings.Experiment(
                Settings.Algorithm(quick ? 40 : 60) with
                {
                    Rollout = new() { MaxNewTokens = 128, Slots = Settings.Prompts * Settings.GroupSize },

                    // Without it a reward that says nothing of arithmetic lets arithmetic decay.
                    Kl = new() { Coefficient = 0.1 },
                },
                new()
                {
                    Sources = [new LastNumberOptions(), new ReasoningPatternOptions { Name = Pattern }],
                    Weights = new Dictionary<string, double> { ["verifier"] = 1 },
                }
            ),
            Cells =
            [
                new("verified", o => o, seeds),
                new(
                    "pattern-alone",
                    o => o with { Rewards = o.Rewards with { Weights = new Dictionary<string, double> { [Pattern] = 1 } } },
                    seeds
                ),
                .. from rate in quick ? [0.8] : Rates
                from cell in (Cell[])
                    [new(Name(Misses, rate), o => With(o, rate, null), seeds), new(Name(Calibrated, rate), o => With(o, rate, 0.1), seeds)]
                select cell,
                .. quick ? (Cell[])[] : [new(Name(Calibrated, 0.4) + "-alpha-1", o => With(o, 0.4, 1), seeds)],
            ],
            BaselineOf = c => IsCalibrated(c) ? $"{Misses}-{c.Name.Split('-')[1]}" : "verified",
            BaselineName = "verified (calibrated: the same misses)",
            Verdict = Verdict,
            Figures =
            [
                new("patterns", "Against the verified outcome", ["pattern-alone", .. Rates.Select(r => Name(Misses, r))]),
                new("calibration", "Against the same misses", [.. Rates.Select(r => Name(Calibrated, r))]),
            ],
        };
    }

    private static string Name(string what, double rate) => string.Create(CultureInfo.InvariantCulture, $"{what}-{100 * rate:F0}");

    private static bool IsCalibrated(Cell cell) => cell.Name.StartsWith(Calibrated, StringComparison.Ordinal);

    private static string Verdict(CellResult result) =>
        IsCalibrated(result.Cell)
            ? result.Difference.IsAbove(0)
                ? "helps"
                : result.Difference.Mean + (result.Difference.HalfWidth ?? 0) < 0
                    ? "hurts"
                    : "no difference"
            : result.Gain.IsAbove(0)
                ? "learns"
                : "does not learn";

    // Answer-wise misses of right answers, and calibration where there is an α.
    private static ExperimentOptions With(ExperimentOptions options, double misses, double? alpha) =>
        options with
        {
            Rewards = options.Rewards with
            {
                Noise =
                [
                    new FlipOptions
                    {
                        Channel = "verifier",
                        FalsePositiveRate = 0,
                        FalseNegativeRate = misses,
                        Scope = FlipScope.Answer,
                    },
                ],
                Shaping = alpha is { } a
                    ?
                    [
                        new CalibrateOptions
                        {
                            Channel = "verifier",
                            By = Pattern,
                            Alpha = a,
                        },
                    ]
                    : [],
            },
        };
}
