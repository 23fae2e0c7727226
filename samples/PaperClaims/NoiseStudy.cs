using System.Globalization;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;
using Rlhf.Verification;

namespace PaperClaims;

/// <summary>How much label noise the training survives: question-wise against answer-wise flips (arXiv 2505.22653).</summary>
internal static class NoiseStudy
{
    private const double SurvivesAbove = 0.1;

    private static readonly double[] Rates = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

    /// <summary>Rates by scopes, and 40 % question-wise noise with few and with many prompts an iteration; quick: 0, 20 and 40 %.</summary>
    public static Study Create(bool quick)
    {
        int seeds = quick ? 1 : 5;
        List<Cell> cells = [];
        foreach (double rate in quick ? [0, 0.2, 0.4] : Rates)
        {
            foreach (FlipScope scope in rate == 0 ? [FlipScope.Question] : new[] { FlipScope.Question, FlipScope.Answer })
            {
                cells.Add(new(Name(rate, scope), o => Noisy(o, rate, scope), seeds));
            }
        }

        if (!quick)
        {
            cells.Add(new("question-40-few-prompts", o => Sized(Noisy(o, 0.4, FlipScope.Question), 12, 16, Settings.LearningRate), seeds));
            cells.Add(new("question-40-many-prompts", o => Sized(Noisy(o, 0.4, FlipScope.Question), 96, 8, Settings.LearningRate), seeds));
            cells.Add(
                new(
                    "question-40-many-prompts-third-rate",
                    o => Sized(Noisy(o, 0.4, FlipScope.Question), 96, 8, Settings.LearningRate / 3),
                    seeds
                )
            );
        }

        return new()
        {
            Name = "noise",
            Base = Settings.Experiment(
                Settings.Algorithm(quick ? 40 : 60),
                new()
                {
                    Sources = [new LastNumberOptions()],
                    Weights = new Dictionary<string, double> { ["verifier"] = 1 },
                }
            ),
            Cells = cells,
            BaselineOf = _ => Name(0, FlipScope.Question),
            BaselineName = "no noise",
            Verdict = r =>
                r.Gain.Mean >= SurvivesAbove ? "survives"
                : r.Gain.IsAbove(0) ? "gains less"
                : "dies",
            Figures =
            [
                new("noise-question", "Question-wise flips", [.. Rates.Select(r => Name(r, FlipScope.Question))]),
                new("noise-answer", "Answer-wise flips", [.. Rates.Select(r => Name(r, FlipScope.Answer))]),
                new(
                    "noise-40",
                    "40 % question-wise",
                    [
                        Name(0.4, FlipScope.Question),
                        "question-40-few-prompts",
                        "question-40-many-prompts",
                        "question-40-many-prompts-third-rate",
                    ]
                ),
            ],
            Measure = NoiseGradient.Measure,
        };
    }

    private static string Name(double rate, FlipScope scope) =>
        rate == 0 ? "clean" : string.Create(CultureInfo.InvariantCulture, $"{Settings.Snake(scope)}-{100 * rate:F0}");

    private static ExperimentOptions Noisy(ExperimentOptions options, double rate, FlipScope scope) =>
        rate == 0
            ? options
            : options with
            {
                Rewards = options.Rewards with
                {
                    Noise =
                    [
                        new FlipOptions
                        {
                            Channel = "verifier",
                            Rate = rate,
                            Scope = scope,
                        },
                    ],
                },
            };

    private static ExperimentOptions Sized(ExperimentOptions options, int prompts, int group, double learningRate)
    {
        GrpoOptions algorithm = (GrpoOptions)options.Phases[0];
        return options with
        {
            Phases =
            [
                algorithm with
                {
                    PromptsPerIteration = prompts,
                    GroupSize = group,
                    Optimizer = algorithm.Optimizer with { LearningRate = learningRate },
                    Rollout = algorithm.Rollout with { Slots = Math.Min(prompts * group, 384) },
                },
            ],
        };
    }
}
