using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Rlhf.Datasets;
using Rlhf.Json;

namespace Rlhf.Rewards.Verification;

internal sealed partial class NumericVerifier : IVerifier
{
    private static readonly MathOptions Markers = new();

    private readonly NumericOptions _options;
    private readonly ExactNumber _absolute;
    private readonly ExactNumber _relative;

    public NumericVerifier(NumericOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        if (!(options.Absolute >= 0 && options.Relative >= 0 && double.IsFinite(options.Absolute) && double.IsFinite(options.Relative)))
        {
            throw new ArgumentException(
                $"Numeric '{options.Name}': tolerances are finite and 0 or more, not {options.Absolute} and {options.Relative}.",
                nameof(options)
            );
        }

        (_options, _absolute, _relative) = (options, Exactly(options.Absolute), Exactly(options.Relative));
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<double> Levels => [0, 1];

    public bool SaysAnswered => true;

    public string ReadableReferences => "numbers; the types math, exact and set_f1 judge other answers";

    public string? WhyUnreadable(Problem problem) =>
        Reference.Missing(problem) ?? (Read(problem.Answer!) is null ? $"'{JsonText.Quote(problem.Answer!)}' is no number" : null);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? text = FinalAnswer.Find(completion.Text, Markers.Markers, lastValue: true);
        ExactNumber? answer = text is null ? null : ReadLast(text);
        double? score =
            completion.Problem.Answer is not { } reference || Read(reference) is not { } wanted ? null
            : answer is { } given && IsNear(given, wanted) ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
    }

    // A text that is a number and nothing else.
    private static ExactNumber? Read(string text)
    {
        string plain = Fraction().Replace(text, "${sign}${inner}${top}/${bottom}").Trim().Trim('$');
        return NumberText.Parse(plain)
            ?? (
                Scientific().Match(plain) is { Success: true, Index: 0 } match && match.Groups["after"].ValueSpan.Trim(" .%").IsEmpty
                    ? Value(match)
                    : null
            );
    }

    // The last number of a text. One that is an exponent, or stands in a fraction or root that has no value here, is not what the text
    // says.
    private static ExactNumber? ReadLast(string text)
    {
        if (Read(text) is { } whole)
        {
            return whole;
        }

        string plain = Fraction().Replace(text, " ${sign}${inner}${top}/${bottom} ");
        return Scientific().Match(plain) is { Success: true } match ? Value(match)
            : !PartOfTerm().IsMatch(plain) && NumberText.TryFindLast(plain, out ExactNumber? last) ? last
            : null;
    }

    private static ExactNumber? Value(Match scientific)
    {
        int exponent = int.Parse(
            scientific.Groups["exponent"].ValueSpan.TrimStart("+").ToString().Replace('\u2212', '-'),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture
        );
        return
            NumberText.Parse(scientific.Groups["number"].ValueSpan) is { } number
            && ExactNumber.FromInteger(10) is { } ten
            && ExactNumber.Power(ten, exponent) is { } scale
            ? ExactNumber.Apply('*', number, scale)
            : null;
    }

    // What is too large to be computed exactly is not near.
    private bool IsNear(ExactNumber answer, ExactNumber reference)
    {
        if (answer == reference)
        {
            return true;
        }

        return ExactNumber.Apply('-', answer, reference) is { } difference
            && ExactNumber.Apply('*', _relative, Abs(reference)) is { } relative
            && (Abs(difference).CompareTo(_absolute) <= 0 || Abs(difference).CompareTo(relative) <= 0);
    }

    private static ExactNumber Abs(ExactNumber value) => value.Numerator.Sign < 0 ? -value : value;

    // As it is written: 0.1 is one tenth.
    private static ExactNumber Exactly(double tolerance) =>
        decimal.TryParse(
            tolerance.ToString("R", CultureInfo.InvariantCulture),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out decimal written
        ) && ExactNumber.FromDigits(written.ToString(CultureInfo.InvariantCulture)) is { } exact
            ? exact
            : ExactNumber.FromInteger(new BigInteger(tolerance))
                ?? throw new ArgumentException($"a tolerance of {tolerance} is too large.", nameof(tolerance));

    [GeneratedRegex(
        @"(?<sign>[-\u2212]?) ?\\[dt]?frac ?\{ ?(?<inner>[-\u2212]?)(?<top>[0-9][0-9.,]*) ?\} ?\{ ?(?<bottom>[0-9][0-9.,]*) ?\}",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Fraction();

    // 1.5e3, 1.5 × 10^3, 1.5 \times 10^{3}, with no number after it.
    [GeneratedRegex(
        @"(?<number>[-\u2212]?[0-9][0-9,]*(\.[0-9]+)?)([eE]| ?(\\times|\\cdot|×|\*) ?10 ?\^ ?\{? ?)(?<exponent>[-+\u2212]?[0-9]{1,3})(?<after>[^0-9]*)$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Scientific();

    [GeneratedRegex(
        @"(\^[^0-9]{0,4}|\\(frac|dfrac|tfrac|sqrt)[^0-9]*([0-9][^0-9]{0,4}){0,1})[0-9][0-9.,]*[^0-9]*$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex PartOfTerm();
}
