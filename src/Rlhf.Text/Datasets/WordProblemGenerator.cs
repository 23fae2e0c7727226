using System.Globalization;

namespace Rlhf.Datasets;

/// <summary>
/// Generated arithmetic word problems with worked steps, small enough for a model of a million parameters. Someone has a number of things
/// (or boxes of them), and a few times gets more, loses some or comes to have a multiple. The solution has a line an operation, such as
/// <c>4 + 7 = 11</c>, and ends in <c>#### 22</c>. Operations are +, - and *; all numbers are positive.
/// </summary>
/// <remarks>
/// The i-th problem is a pure function of the options and i. Train and test are disjoint by construction: a problem's arithmetic (its
/// numbers and operations in order, without names and wording) has a hash that does not depend on the seed; hashes divisible by five
/// belong to test, all others to train, and draws of the other class are drawn anew. Problems may recur within a split.
/// </remarks>
public sealed class WordProblemGenerator : IProblemSource
{
    private const int TestShare = 5;

    private static readonly CounterRandom ClassHash = new(0, "word-problem-class");

    private readonly WordProblemOptions _options;
    private readonly CounterRandom _random;
    private readonly CounterRandom _style;

    /// <summary>A generator.</summary>
    /// <param name="options">What is generated.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public WordProblemGenerator(WordProblemOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _random = new CounterRandom(options.Seed, $"word-problems/{options.Split}");
        _style = new CounterRandom(options.Seed, $"word-problems/{options.Split}/style");
    }

    /// <inheritdoc/>
    public int Count => _options.Count;

    /// <inheritdoc/>
    public Problem this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            for (int attempt = 0; ; attempt++)
            {
                var draws = new WordProblemDraws(_random, index, attempt);
                WordProblemPlan plan = WordProblemPlan.Draw(draws, _options);
                if (SplitOf(plan) == _options.Split)
                {
                    return Write(plan, draws, index);
                }
            }
        }
    }

    private static ProblemSplit SplitOf(WordProblemPlan plan) =>
        ClassHash.BitsAt([.. plan.Key()]) % TestShare == 0 ? ProblemSplit.Test : ProblemSplit.Train;

    private Problem Write(WordProblemPlan plan, WordProblemDraws draws, int index)
    {
        string answer = plan.Steps[^1].Result.ToString(CultureInfo.InvariantCulture);
        string work = string.Concat(
            plan.Steps.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Left} {s.Operator} {s.Right} = {s.Result}\n"))
        );
        return new Problem
        {
            Id = $"{(_options.Split == ProblemSplit.Train ? "train" : "test")}-{index.ToString(CultureInfo.InvariantCulture)}",
            Question = WordProblemText.Write(plan, draws),
            Answer = answer,
            Solution = _style.UniformAt(index) < _options.AnswerOnlyShare ? $"#### {answer}" : $"{work}#### {answer}",
        };
    }
}
