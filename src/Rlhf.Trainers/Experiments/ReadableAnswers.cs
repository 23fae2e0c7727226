using Microsoft.Extensions.Logging;
using Rlhf.Scoring;

namespace Rlhf.Trainers.Experiments;

/// <summary>Tests the answers of a set of problems once, when it is read.</summary>
internal static partial class ReadableAnswers
{
    // In one message; all of them are in the log.
    private const int Shown = 5;

    /// <summary>The problems that every verifier can judge by their answer, or all of them where the options say so.</summary>
    /// <param name="problems">The set.</param>
    /// <param name="key">Its configuration key, for messages.</param>
    /// <param name="sources">What judges; those that are no verifiers are passed over.</param>
    /// <param name="options">Bounds of scoring.</param>
    /// <param name="unreadable">What becomes of the others.</param>
    /// <param name="logger">Is told which answers cannot be read.</param>
    /// <exception cref="InvalidDataException">A verifier can judge by none of the answers.</exception>
    public static IProblemSource Of(
        IProblemSource problems,
        string key,
        IReadOnlyList<IRewardSource> sources,
        RewardScorerOptions options,
        UnreadableAnswers unreadable,
        ILogger logger
    )
    {
        IVerifier[] verifiers = [.. sources.OfType<IVerifier>()];
        if (verifiers.Length == 0)
        {
            return problems;
        }

        RewardScorerOptions own = options with
        {
            Deadlines = options.Deadlines.Where(d => verifiers.Any(v => v.Name == d.Key)).ToDictionary(),
        };
        IReadOnlyList<UnreadableReference> found = new RewardScorer(verifiers, own, logger).CheckReferences(new Listed(problems));
        foreach (IVerifier verifier in verifiers)
        {
            UnreadableReference[] mine = [.. found.Where(f => f.Source == verifier.Name)];
            if (mine.Length == 0)
            {
                continue;
            }

            string examples = string.Join("; ", mine.Take(Shown).Select(f => $"problem {f.ProblemId}: {f.Reason}"));
            string remedy = $"'{verifier.Name}' judges by {verifier.ReadableReferences}";
            if (mine.Length == problems.Count)
            {
                throw new InvalidDataException(
                    $"{key}: reward source '{verifier.Name}' cannot judge by the answer of any of the {mine.Length} problems ({examples}). {remedy}. Choose another type in rewards:sources, or mend the data."
                );
            }

            LogUnreadable(logger, key, verifier.Name, mine.Length, problems.Count, Done(unreadable), examples, remedy);
            foreach (UnreadableReference one in mine)
            {
                LogOne(logger, key, one.ProblemId, one.Source, one.Reason);
            }
        }

        HashSet<int> bad = [.. found.Select(f => f.Index)];
        if (bad.Count == 0 || unreadable == UnreadableAnswers.ScoreInvalid)
        {
            return problems;
        }

        int[] kept = [.. Enumerable.Range(0, problems.Count).Where(i => !bad.Contains(i))];
        return kept.Length > 0
            ? new Subset(problems, kept)
            : throw new InvalidDataException(
                $"{key}: none of the {problems.Count} problems has an answer that all verifiers ({string.Join(", ", verifiers.Select(v => v.Name))}) can judge by. Mend the data, or choose other types in rewards:sources."
            );
    }

    private static string Done(UnreadableAnswers unreadable) =>
        unreadable == UnreadableAnswers.LeaveOut ? "left out" : "kept, and their rewards by it are invalid";

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Key}: reward source {Source} cannot judge by the answers of {Unreadable} of {Problems} problems, which are {Done} (Data:UnreadableAnswers): {Examples}. {Remedy}."
    )]
    private static partial void LogUnreadable(
        ILogger logger,
        string key,
        string source,
        int unreadable,
        int problems,
        string done,
        string examples,
        string remedy
    );

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key}: problem {Problem} cannot be judged by {Source}: {Reason}")]
    private static partial void LogOne(ILogger logger, string key, string problem, string source, string reason);

    private sealed class Listed(IProblemSource problems) : IReadOnlyList<Problem>
    {
        public int Count => problems.Count;

        public Problem this[int index] => problems[index];

        public IEnumerator<Problem> GetEnumerator() => Enumerable.Range(0, Count).Select(i => problems[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Subset(IProblemSource problems, int[] kept) : IProblemSource
    {
        public int Count => kept.Length;

        public Problem this[int index] => problems[kept[index]];
    }
}
