using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using Rlhf;

namespace PaperClaims;

/// <summary>What a scripted process score looks at.</summary>
internal enum StepRule
{
    /// <summary>
    /// High while no line so far is wrong: empty, filler and repeated right lines included. What a process model gives that learned from
    /// right and wrong steps only.
    /// </summary>
    PrefixRight,

    /// <summary>High for every line that has the form a±b=c, right or wrong.</summary>
    WellFormed,
}

/// <summary>Options of <see cref="ScriptedStepsSource"/>.</summary>
internal sealed class ScriptedStepsOptions : RewardSourceOptions
{
    /// <inheritdoc/>
    public override string Name { get; init; } = "process";

    /// <summary>What is looked at: <c>prefix_right</c> or <c>well_formed</c>.</summary>
    public StepRule Rule { get; init; }

    /// <summary>The score of a good step.</summary>
    [Range(-10.0, 10.0)]
    public double High { get; init; } = 0.9;

    /// <summary>The score of another step.</summary>
    [Range(-10.0, 10.0)]
    public double Low { get; init; } = 0.1;
}

/// <summary>
/// A process score by rule, with the weakness that learned ones have: it sees whether something is wrong, not whether it is of use.
/// </summary>
internal sealed partial class ScriptedStepsSource(ScriptedStepsOptions options) : IRewardSource
{
    public string Name => options.Name;

    public RewardGranularity Granularity => RewardGranularity.Step;

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        bool right = true;
        double?[] scores = new double?[completion.Steps.Count];
        for (int k = 0; k < scores.Length; k++)
        {
            Match equation = Equation().Match(completion.Steps[k]);
            right &= !equation.Success || Holds(equation);
            bool good = options.Rule == StepRule.PrefixRight ? right : equation.Success;
            scores[k] = good ? options.High : options.Low;
        }

        return ValueTask.FromResult(new RewardScore(scores));
    }

    private static bool Holds(Match equation)
    {
        int a = Number(equation, 1),
            b = Number(equation, 3),
            c = Number(equation, 4);
        return (equation.Groups[2].Value == "+" ? a + b : a - b) == c;
    }

    private static int Number(Match equation, int group) => int.Parse(equation.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("([0-9]{1,6})([+-])([0-9]{1,6})=(-?[0-9]{1,6})$", RegexOptions.CultureInvariant)]
    private static partial Regex Equation();
}
