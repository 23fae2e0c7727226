namespace Rlhf.Generation;

/// <summary>Which response lies in which slot of the cache. Decides on the host; the caller carries the copies and prefills out.</summary>
/// <remarks>
/// The responses being decoded are always the first slots, so that a step works on exactly as many rows as there are responses.
/// Requests are taken in order. One whose samples do not all find a slot is the <em>open</em> request: until its last sample is
/// placed, its ended responses hand their slots, which still hold the prompt, to its next samples, so that some slot always does
/// and no prompt is computed twice.
/// </remarks>
internal sealed class SlotSchedule(IReadOnlyList<RolloutRequest> requests, int slots, EndRules rules)
{
    private readonly List<ResponseBuilder> _active = [];
    private int _nextRequest;
    private int _open = -1;
    private int _placed;

    /// <summary>A slot's first tokens are to be copied to <paramref name="Count"/> slots from <paramref name="Destination"/> on.</summary>
    public readonly record struct SlotCopy(int Source, int Destination, int Count, int Length);

    /// <summary>Prompts to compute into consecutive slots, all but their last token, and the copies to their other samples.</summary>
    public sealed record Prefill(int FirstSlot, IReadOnlyList<RolloutRequest> Prompts, IReadOnlyList<SlotCopy> Copies);

    /// <summary>The responses being decoded, by slot.</summary>
    public IReadOnlyList<ResponseBuilder> Active => _active;

    private int Free => slots - _active.Count;

    private bool HasOpen => _open >= 0 && _placed < requests[_open].Samples;

    /// <summary>Takes ended responses out and closes the gaps.</summary>
    /// <param name="ended">Their slots, ascending.</param>
    /// <returns>Copies to carry out in order.</returns>
    public IReadOnlyList<SlotCopy> Remove(IReadOnlyList<int> ended)
    {
        var gaps = new List<int>();
        foreach (int slot in ended)
        {
            if (HasOpen && _active[slot].RequestIndex == _open)
            {
                _active[slot] = NextOpenSample();
            }
            else
            {
                gaps.Add(slot);
            }
        }

        // Responses from the end fill the gaps, unless what lies at the end is a gap itself.
        var copies = new List<SlotCopy>();
        for (int low = 0, high = gaps.Count - 1; low <= high; )
        {
            int last = _active.Count - 1;
            if (gaps[high] == last)
            {
                high--;
            }
            else
            {
                copies.Add(new SlotCopy(last, gaps[low], 1, _active[last].NextPosition));
                _active[gaps[low++]] = _active[last];
            }

            _active.RemoveAt(last);
        }

        return copies;
    }

    /// <summary>Places the open request's next samples in free slots.</summary>
    /// <returns>The copy to carry out, if any.</returns>
    public SlotCopy? PlaceOpen()
    {
        int count = HasOpen ? Math.Min(Free, requests[_open].Samples - _placed) : 0;
        if (count == 0)
        {
            return null;
        }

        int source = _active.FindIndex(r => r.RequestIndex == _open),
            destination = _active.Count;
        int length = requests[_open].PromptTokenIds.Count - 1;
        for (int i = 0; i < count; i++)
        {
            _active.Add(NextOpenSample());
        }

        return new SlotCopy(source, destination, count, length);
    }

    /// <summary>Places the next requests, as many as free slots and the bound on tokens allow.</summary>
    /// <param name="maxTokens">Most prompt tokens, padding included; a single prompt may have more.</param>
    /// <returns>What to compute; null where nothing waits or too few slots are free to be worth it yet.</returns>
    public Prefill? PlaceNext(int maxTokens)
    {
        // Few prompts at once leave the processor waiting for weights: an eighth of the slots may stay empty meanwhile.
        if (HasOpen || _nextRequest == requests.Count || (_active.Count > 0 && Free < Math.Max(1, slots / 8)))
        {
            return null;
        }

        int first = _active.Count,
            begin = _nextRequest,
            samples = 0,
            longest = 0;
        while (_nextRequest < requests.Count && samples < Free)
        {
            RolloutRequest request = requests[_nextRequest];
            longest = Math.Max(longest, request.PromptTokenIds.Count - 1);
            if (_nextRequest > begin && (long)longest * (_nextRequest - begin + 1) > maxTokens)
            {
                break;
            }

            samples += request.Samples;
            _nextRequest++;
        }

        // The first sample of each prompt, in consecutive slots, then the others.
        for (int i = begin; i < _nextRequest; i++)
        {
            _active.Add(new ResponseBuilder(requests[i], i, 0, rules));
        }

        var copies = new List<SlotCopy>();
        for (int i = begin; i < _nextRequest; i++)
        {
            (_open, _placed) = (i, 1);
            if (PlaceOpen() is { } copy)
            {
                copies.Add(copy);
            }
        }

        return new Prefill(first, [.. requests.Take(begin.._nextRequest)], copies);
    }

    private ResponseBuilder NextOpenSample() => new(requests[_open], _open, _placed++, rules);
}
