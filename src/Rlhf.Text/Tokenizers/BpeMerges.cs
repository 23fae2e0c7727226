using System.Collections.Concurrent;

namespace Rlhf.Tokenizers;

/// <summary>Byte-pair merges: of all neighbours in a piece the pair with the lowest rank is joined first, the leftmost of equals.</summary>
internal sealed class BpeMerges
{
    // Words come back; texts don't.
    private const int CachedLength = 48;
    private const int CachedWords = 1 << 16;

    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <param name="merges">For each pair of tokens its rank and the token it becomes.</param>
    public BpeMerges(Dictionary<(int Left, int Right), (int Rank, int Merged)> merges) => _merges = merges;

    /// <summary>The tokens of a piece, from the cache where it was seen before.</summary>
    /// <param name="piece">The piece, the key of the cache.</param>
    /// <param name="symbols">Gives its first tokens.</param>
    public int[] Encode(string piece, Func<string, List<int>> symbols)
    {
        if (piece.Length > CachedLength)
        {
            return Merge(symbols(piece));
        }

        if (!_cache.TryGetValue(piece, out int[]? ids))
        {
            ids = Merge(symbols(piece));
            if (_cache.Count < CachedWords)
            {
                _cache[piece] = ids;
            }
        }

        return ids;
    }

    private int[] Merge(List<int> ids)
    {
        int count = ids.Count;
        int[] token = [.. ids],
            next = new int[count],
            previous = new int[count];
        PriorityQueue<(int At, int Left, int Right, int Merged), (int Rank, int At)> queue = new();
        for (int i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            Offer(i);
        }

        const int Gone = -1;
        while (queue.TryDequeue(out (int At, int Left, int Right, int Merged) pair, out _))
        {
            int at = pair.At,
                other = next[at];
            if (token[at] != pair.Left || other >= count || token[other] != pair.Right)
            {
                continue;
            }

            token[at] = pair.Merged;
            token[other] = Gone;
            next[at] = next[other];
            if (next[at] < count)
            {
                previous[next[at]] = at;
            }

            Offer(at);
            if (previous[at] >= 0)
            {
                Offer(previous[at]);
            }
        }

        return [.. token.Where(t => t != Gone)];

        void Offer(int at)
        {
            if (next[at] < count && _merges.TryGetValue((token[at], token[next[at]]), out (int Rank, int Merged) merge))
            {
                queue.Enqueue((at, token[at], token[next[at]], merge.Merged), (merge.Rank, at));
            }
        }
    }
}
