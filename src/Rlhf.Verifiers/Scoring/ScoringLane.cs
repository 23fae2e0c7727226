namespace Rlhf.Scoring;

/// <summary>Calls of sources that share a bound on how many run at once, row by row, so that completions are done with in order.</summary>
internal sealed class ScoringLane
{
    private readonly IReadOnlyList<SourceTally> _sources;
    private readonly Queue<PlannedCall> _calls = [];

    public ScoringLane(IReadOnlyList<SourceTally> sources, int maxParallelism, int rows)
    {
        _sources = sources;
        MaxParallelism = maxParallelism;
        for (int row = 0; row < rows; row++)
        {
            foreach (SourceTally source in sources)
            {
                int together = (source.Source as IBatchRewardSource)?.MaxBatchSize ?? 1;
                if (row % together == 0)
                {
                    _calls.Enqueue(new(source, row, Math.Min(together, rows - row)));
                }
            }
        }
    }

    public int MaxParallelism { get; }

    public bool HasNext => _calls.Count > 0;

    public bool Holds(SourceTally source) => _sources.Contains(source);

    public PlannedCall Next() => _calls.Dequeue();
}

/// <summary>A source and the rows that it is to score in one call.</summary>
internal readonly record struct PlannedCall(SourceTally Source, int FirstRow, int Rows);
