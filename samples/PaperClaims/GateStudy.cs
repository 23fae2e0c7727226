using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Experiments;
using Rlhf.Verification;

namespace PaperClaims;

/// <summary>
/// Direct accumulation of step rewards against gated accumulation (arXiv 2508.10548). A step is rewarded for its form, as the paper rewards
/// the form of an action.
/// </summary>
internal static class GateStudy
{
    private const string Format = "step_format";
    private const double HoldsWithin = 0.03;

    /// <summary>Outcome alone, direct and gated accumulation, the gate open at the threshold it should close at.</summary>
    public static Study Create(bool quick)
    {
        int seeds = quick ? 1 : 5;
        return new()
        {
            Name = "gates",
            Base = Settings.Experiment(
                Settings.Algorithm(quick ? 60 : 80) with
                {
                    Advantage = new() { Credit = Credit.Episode },
                },
                new()
                {
                    Sources =
                    [
                        new LastNumberOptions(),
                        new ScriptedStepsOptions
                        {
                            Name = Format,
                            Rule = StepRule.WellFormed,
                            High = 1,
                            Low = 0,
                        },
                    ],
                    Weights = new Dictionary<string, double> { ["verifier"] = 1, [Format] = 0.5 },
                }
            ),
            Cells =
            [
                new(
                    "outcome",
                    o => o with { Rewards = o.Rewards with { Weights = new Dictionary<string, double> { ["verifier"] = 1 } } },
                    seeds
                ),
                new("direct", o => o, seeds),
                new("gated", o => With(o, new GateOptions { Channel = Format, By = "verifier" }), seeds),
                new(
                    "gated-threshold-too-low",
                    o =>
                        With(
                            o,
                            new GateOptions
                            {
                                Channel = Format,
                                By = "verifier",
                                Threshold = 0,
                                OpensWhen = GateOpening.GreaterOrEqual,
                            }
                        ),
                    seeds
                ),
            ],
            BaselineOf = _ => "outcome",
            BaselineName = "outcome alone",
            Verdict = r =>
                r.Cell.Name == "outcome" ? "baseline"
                : r.Difference.Mean >= -HoldsWithin ? "holds"
                : "drifts",
            Figures = [new("gates", "Step rewards, direct and gated", ["direct", "gated", "gated-threshold-too-low"])],
        };
    }

    private static ExperimentOptions With(ExperimentOptions options, StageOptions stage) =>
        options with
        {
            Rewards = options.Rewards with { Shaping = [stage] },
        };
}
