namespace Rlhf.Generation;

/// <summary>A response while its tokens come in, and the rules by which it ends.</summary>
internal sealed class ResponseBuilder
{
    private readonly EndRules _rules;
    private readonly int _mostTokens;
    private readonly List<int> _tokens = [];
    private readonly List<float> _logProbs = [];
    private readonly StopStringSearch[] _searches;
    private FinishReason? _reason;

    public ResponseBuilder(RolloutRequest request, int requestIndex, int sample, EndRules rules)
    {
        Request = request;
        RequestIndex = requestIndex;
        SampleIndex = request.FirstSampleIndex + sample;
        _rules = rules;
        _mostTokens = rules.MostTokens(request);
        _searches = rules.Searches();
    }

    public RolloutRequest Request { get; }

    public int RequestIndex { get; }

    public int SampleIndex { get; }

    /// <summary>R so far.</summary>
    public int Count => _tokens.Count;

    /// <summary>The token that the model sees next: the prompt's last one at first, then the one sampled last.</summary>
    public int NextInput => _tokens.Count == 0 ? Request.PromptTokenIds[^1] : _tokens[^1];

    /// <summary>Position of <see cref="NextInput"/> in the sequence, so also the number of tokens the model has seen.</summary>
    public int NextPosition => Request.PromptTokenIds.Count - 1 + _tokens.Count;

    /// <summary>Takes the next token.</summary>
    /// <returns>Whether the response has ended.</returns>
    public bool Append(int token, float logProb)
    {
        _tokens.Add(token);
        _logProbs.Add(logProb);
        _reason =
            _rules.StopTokens.Contains(token) ? FinishReason.StopToken
            : Array.Exists(_searches, s => s.Append(token)) ? FinishReason.StopString
            : _tokens.Count >= _mostTokens ? FinishReason.Length
            : null;
        return _reason is not null;
    }

    public RolloutSequence Build()
    {
        int[] tokens = [.. _tokens];
        ReadOnlySpan<int> spoken = _reason == FinishReason.StopToken ? tokens.AsSpan(..^1) : tokens;
        string? text = _rules.Tokenizer?.Decode(spoken, skipSpecialTokens: true);
        return new RolloutSequence(Request.VisitId, SampleIndex, tokens, [.. _logProbs], _reason!.Value, text);
    }
}
