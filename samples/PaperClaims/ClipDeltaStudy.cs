using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;

namespace PaperClaims;

/// <summary>Which forms of a process reward, with which credit and weight, get hacked (arXiv 2410.15115).</summary>
internal static class ClipDeltaStudy
{
    private const string Process = "process";

    // As the study's rules: within 3 points of success alone is safe, a loss of 30 points from the start is a hack.
    private const double SafeWithin = 0.03;
    private const double HackedBelow = 0.3;

    private static readonly (string Name, StageOptions? Stage)[] Forms =
    [
        ("raw", null),
        ("clip", new ClipOptions { Channel = Process, Threshold = 0.9 }),
        ("delta", new DeltaOptions { Channel = Process }),
        ("clip_delta", new ClipDeltaOptions { Channel = Process, Threshold = 0.9 }),
        ("potential", new PotentialOptions { Channel = Process }),
    ];

    /// <summary>The grid, or for a quick look the forms at α = 1 with two credits and one seed.</summary>
    public static Study Create(bool quick)
    {
        GrpoOptions algorithm = Settings.Algorithm(quick ? 40 : 72);
        ExperimentOptions options = Settings.Experiment(
            algorithm,
            new()
            {
                Sources = [new Rlhf.Verification.LastNumberOptions(), new ScriptedStepsOptions()],
                Weights = new Dictionary<string, double> { ["verifier"] = 1 },
            }
        );
        List<Cell> cells = [];
        foreach (Credit credit in (Credit[])[Credit.Episode, Credit.ReturnToGo, Credit.StepNormalised])
        {
            bool main = credit != Credit.StepNormalised;
            if (main || !quick)
            {
                cells.Add(
                    new(
                        Name("success", credit, null),
                        o => With(o, credit, null, 0),
                        quick ? 1
                            : main ? 5
                            : 1
                    )
                );
                foreach ((string form, StageOptions? stage) in Forms)
                {
                    foreach (double alpha in quick ? [1.0] : new[] { 1.0, 0.2, 0.05 })
                    {
                        cells.Add(new(Name(form, credit, alpha), o => With(o, credit, stage, alpha), quick || !main || alpha < 1 ? 1 : 5));
                    }
                }
            }
        }

        return new()
        {
            Name = "clip-delta",
            Base = options,
            Cells = cells,
            BaselineOf = c => "success-" + c.Name.Split('-')[1],
            BaselineName = "success",
            Verdict = Verdict,
            Figures =
            [
                .. from credit in (Credit[])[Credit.Episode, Credit.ReturnToGo]
                select new StudyFigure(
                    $"clip-delta-{Settings.Snake(credit)}",
                    $"α = 1, {Settings.Snake(credit)} credit",
                    [.. Forms.Select(f => Name(f.Name, credit, 1))]
                ),
            ],
        };
    }

    private static string Verdict(CellResult result) =>
        result.Cell.Name.StartsWith("success", StringComparison.Ordinal) ? "baseline"
        : result.Difference.Mean >= -SafeWithin ? "safe"
        : result.Gain.Mean <= -HackedBelow ? "hacked"
        : "loses";

    /// <summary>The name of a cell.</summary>
    public static string Name(string form, Credit credit, double? alpha) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{form}-{Settings.Snake(credit)}{(alpha is { } a ? $"-{a:0.##}" : "")}"
        );

    private static ExperimentOptions With(ExperimentOptions options, Credit credit, StageOptions? stage, double alpha)
    {
        Dictionary<string, double> weights = new() { ["verifier"] = 1 };
        if (alpha > 0)
        {
            weights[Process] = alpha;
        }

        return options with
        {
            Phases = [(GrpoOptions)options.Phases[0] with { Advantage = new() { Credit = credit } }],
            Rewards = options.Rewards with { Shaping = stage is null ? [] : [stage], Weights = weights },
        };
    }
}
