namespace Rlhf.Datasets;

/// <summary>The random choices behind one attempt at one problem, in order.</summary>
internal sealed class WordProblemDraws(CounterRandom random, int index, int attempt)
{
    private int _draw;

    /// <summary>Uniform in [low, high].</summary>
    public int Between(int low, int high) => low + (int)Math.BigMul(random.BitsAt(index, attempt, _draw++), (ulong)(high - low + 1), out _);

    public T Pick<T>(ReadOnlySpan<T> from) => from[Between(0, from.Length - 1)];
}

/// <summary>One operation of a word problem.</summary>
internal readonly record struct WordProblemStep(int Left, char Operator, int Right)
{
    public int Result =>
        Operator switch
        {
            '+' => Left + Right,
            '-' => Left - Right,
            _ => Left * Right,
        };
}

/// <summary>The arithmetic of a word problem, without its wording.</summary>
/// <param name="InBoxes">Whether the first step multiplies boxes by what each holds; otherwise it starts from a number given
/// outright.</param>
/// <param name="Steps">The operations; each but the first goes on from the result before it.</param>
internal sealed record WordProblemPlan(bool InBoxes, IReadOnlyList<WordProblemStep> Steps)
{
    private const int MaxBoxFactor = 9;
    private const int MaxMultiple = 4;

    public static WordProblemPlan Draw(WordProblemDraws draws, WordProblemOptions options)
    {
        int count = draws.Between(options.MinSteps, options.MaxSteps);
        bool inBoxes = draws.Between(1, 4) == 1;
        List<WordProblemStep> steps = [];
        int value;
        if (inBoxes)
        {
            int boxes = draws.Between(2, Math.Min(MaxBoxFactor, options.MaxResult / 2));
            int each = draws.Between(2, Math.Min(MaxBoxFactor, options.MaxResult / boxes));
            steps.Add(new WordProblemStep(boxes, '*', each));
            value = boxes * each;
        }
        else
        {
            value = draws.Between(2, options.MaxNumber);
        }

        while (steps.Count < count)
        {
            steps.Add(DrawStep(draws, options, value));
            value = steps[^1].Result;
        }

        return new WordProblemPlan(inBoxes, steps);
    }

    /// <summary>The numbers and operations in order: equal for two plans just if their arithmetic is the same.</summary>
    public IEnumerable<long> Key()
    {
        yield return InBoxes ? 1 : 0;
        yield return Steps[0].Left;
        foreach (WordProblemStep step in Steps)
        {
            yield return step.Operator;
            yield return step.Right;
        }
    }

    // Every operator that can stay within [1, MaxResult] is equally likely, and so is every operand it can take.
    private static WordProblemStep DrawStep(WordProblemDraws draws, WordProblemOptions options, int value)
    {
        int most = Math.Min(options.MaxNumber, options.MaxResult - value);
        int least = Math.Min(options.MaxNumber, value - 1);
        int multiple = Math.Min(MaxMultiple, options.MaxResult / value);
        List<(char Operator, int Low, int High)> possible = [('+', 1, most), ('-', 1, least), ('*', 2, multiple)];
        possible.RemoveAll(p => p.High < p.Low);
        (char op, int low, int high) = possible[draws.Between(0, possible.Count - 1)];
        return new WordProblemStep(value, op, draws.Between(low, high));
    }
}
