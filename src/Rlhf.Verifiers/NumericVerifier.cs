using System.Globalization;
using System.Numerics;
using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class NumericVerifier : IVerifier
{
    private static readonly MathOptions Markers = new();

    private readonly NumericOptions _options;
    private readonly ExactNumber _absolute;
    private readonly ExactNumber _relative;

    public NumericVerifier(NumericOptions options)
    {
        OptionsCheck.Require(options);
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
        Reference.Missing(problem)
        ?? (FinalNumber.Read(problem.Answer!) is null ? $"'{JsonText.Quote(problem.Answer!)}' is no number" : null);

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        string? text = FinalAnswer.Find(Thoughts.Read(completion, _options.Thoughts), Markers.Markers, lastValue: true);
        ExactNumber? answer = text is null ? null : FinalNumber.Read(text);
        double? score =
            completion.Problem.Answer is not { } reference || FinalNumber.Read(reference) is not { } wanted ? null
            : answer is { } given && IsNear(given, wanted) ? 1
            : 0;
        return ValueTask.FromResult(RewardScore.Outcome(score, answer is not null));
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
}
