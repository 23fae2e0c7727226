using Rlhf.Configuration;
using Rlhf.Text;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

internal sealed class ArithmeticStepsVerifier : IRewardSource
{
    private readonly ArithmeticStepsOptions _options;

    public ArithmeticStepsVerifier(ArithmeticStepsOptions options)
    {
        OptionsCheck.Require(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentException.ThrowIfNullOrEmpty(options.Marker);
        if (!double.IsFinite(options.WithoutEquation))
        {
            throw new ArgumentException(
                $"ArithmeticSteps '{options.Name}': WithoutEquation is {options.WithoutEquation}; it has to be finite.",
                nameof(options)
            );
        }

        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Step;

    public IReadOnlyList<double> Levels => [.. new[] { 0, 1, _options.WithoutEquation }.Distinct().Order()];

    public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> steps = completion.Steps;
        double?[] values = new double?[steps.Count];
        bool[]? thoughts = _options.Thoughts == ThoughtText.Include ? null : Thoughts.OfSteps(completion);
        int last = steps.Count - 1;
        while (last > 0 && string.IsNullOrWhiteSpace(steps[last]))
        {
            last--;
        }

        ExactNumber? result = null;
        for (int k = 0; k < steps.Count; k++)
        {
            if (thoughts is not null && thoughts[k] != (_options.Thoughts == ThoughtText.Only))
            {
                continue;
            }

            if (k == last && steps[k].AsSpan().TrimStart().StartsWith(_options.Marker))
            {
                bool agrees =
                    MarkedAnswer.TryFind(steps[k], _options.Marker, MarkerOccurrence.First, out ExactNumber? answer)
                    && answer is not null
                    && answer == result;
                values[k] = agrees ? 1 : 0;
                continue;
            }

            EquationCheck check = EquationReader.Check(steps[k]);
            values[k] =
                check.Equations == 0 ? _options.WithoutEquation
                : check.AllRight ? 1
                : 0;
            result = check.Equations == 0 ? result : check.Result;
        }

        return ValueTask.FromResult(new RewardScore(values));
    }
}
