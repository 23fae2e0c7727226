namespace Rlhf.Datasets;

/// <summary>Options of <see cref="WordProblemGenerator"/>.</summary>
public sealed class WordProblemOptions
{
    /// <summary>Which set is generated. No arithmetic of one occurs in the other, whatever their seeds and other options.</summary>
    public ProblemSplit Split { get; init; } = ProblemSplit.Train;

    /// <summary>Number of problems, at least 1.</summary>
    public int Count { get; init; } = 10_000;

    /// <summary>Seed of all draws.</summary>
    public long Seed { get; init; }

    /// <summary>Fewest operations a problem, in [1, <see cref="MaxSteps"/>].</summary>
    public int MinSteps { get; init; } = 2;

    /// <summary>Most operations a problem, in [<see cref="MinSteps"/>, 5].</summary>
    public int MaxSteps { get; init; } = 3;

    /// <summary>Largest number to start from, to add or to take away, in [5, 999].</summary>
    public int MaxNumber { get; init; } = 20;

    /// <summary>Largest result of any operation, in [<see cref="MaxNumber"/>, 9999].</summary>
    public int MaxResult { get; init; } = 50;

    /// <summary>
    /// Share of problems whose solution is the answer line alone, in [0, 1]. Demonstrations of both kinds make a policy that often answers
    /// at once, and
    /// which reinforcement can teach to work the steps out.
    /// </summary>
    /// <value>Default 0.</value>
    public double AnswerOnlyShare { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Validate()
    {
        Check(Enum.IsDefined(Split), nameof(Split), Split, "Train or Test");
        Check(Count >= 1, nameof(Count), Count, "at least 1");
        Check(MinSteps >= 1, nameof(MinSteps), MinSteps, "at least 1");
        Check(MaxSteps >= MinSteps && MaxSteps <= 5, nameof(MaxSteps), MaxSteps, $"in [{nameof(MinSteps)} = {MinSteps}, 5]");
        Check(MaxNumber is >= 5 and <= 999, nameof(MaxNumber), MaxNumber, "in [5, 999]");
        Check(AnswerOnlyShare is >= 0 and <= 1, nameof(AnswerOnlyShare), AnswerOnlyShare, "in [0, 1]");
        Check(MaxResult >= MaxNumber && MaxResult <= 9999, nameof(MaxResult), MaxResult, $"in [{nameof(MaxNumber)} = {MaxNumber}, 9999]");
    }

    private static void Check(bool ok, string name, object value, string range)
    {
        if (!ok)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}
