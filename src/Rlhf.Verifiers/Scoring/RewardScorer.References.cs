namespace Rlhf.Scoring;

public sealed partial class RewardScorer
{
    private const int CheckedTogether = 256;

    /// <summary>
    /// Asks each verifier which problems' references it cannot judge by (<see cref="IVerifier.WhyUnreadable"/>). Do so once when the data
    /// are read: responses to such problems are invalid, so a prompt of that kind costs samples and teaches nothing.
    /// </summary>
    /// <param name="problems">The problems.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What cannot be read, by verifier and then by problem; a verifier whose check takes longer than its deadline is left alone
    /// from there on.</returns>
    /// <exception cref="RewardSourceException">A verifier's check threw.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<UnreadableReference> CheckReferences(
        IReadOnlyList<Problem> problems,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(problems);
        return [.. Sources.OfType<IVerifier>().SelectMany(v => CheckReferences(v, problems, cancellationToken))];
    }

    private List<UnreadableReference> CheckReferences(
        IVerifier verifier,
        IReadOnlyList<Problem> problems,
        CancellationToken cancellationToken
    )
    {
        List<UnreadableReference> found = [];
        int width = CheckedTogether * (_options.MaxParallelism ?? Environment.ProcessorCount);
        for (int from = 0; from < problems.Count; from += width)
        {
            Task<UnreadableReference[]>[] parts =
            [
                .. Enumerable
                    .Range(from, Math.Min(width, problems.Count - from))
                    .Chunk(CheckedTogether)
                    .Select(part => Task.Run(() => Check(verifier, problems, part, cancellationToken), cancellationToken)),
            ];
            if (!Task.WhenAll(parts).ContinueWith(_ => { }, TaskScheduler.Default).Wait(_options.DeadlineOf(verifier), cancellationToken))
            {
                LogSlowCheck(_logger, verifier.Name, problems[from].Id, _options.DeadlineOf(verifier).TotalSeconds);
                break;
            }

            foreach (Task<UnreadableReference[]> part in parts)
            {
                found.AddRange(part.GetAwaiter().GetResult());
            }
        }

        return found;
    }

    private static UnreadableReference[] Check(
        IVerifier verifier,
        IReadOnlyList<Problem> problems,
        int[] part,
        CancellationToken cancellationToken
    )
    {
        List<UnreadableReference> found = [];
        foreach (int index in part)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (verifier.WhyUnreadable(problems[index]) is { } reason)
                {
                    found.Add(new(index, problems[index].Id, verifier.Name, reason));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new RewardSourceException(
                    $"Reward source '{verifier.Name}' failed when it was asked whether it can read the reference of problem {problems[index].Id}: {e.Message}",
                    e
                );
            }
        }

        return [.. found];
    }

    [Microsoft.Extensions.Logging.LoggerMessage(
        Level = Microsoft.Extensions.Logging.LogLevel.Warning,
        Message = "Reward source {Source}: whether it can read the references from problem {Problem} on is not known, asking took longer than {Seconds} s"
    )]
    private static partial void LogSlowCheck(Microsoft.Extensions.Logging.ILogger logger, string source, string problem, double seconds);
}
