using System.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Generation;

/// <summary>A response while its tokens come in, and the rules by which it ends.</summary>
internal sealed class ResponseBuilder
{
    private readonly EndRules _rules;
    private readonly int _mostTokens;
    private readonly List<int> _tokens = [];
    private readonly List<float> _logProbs = [];
    private readonly IncrementalDecoder? _decoder;
    private readonly StringBuilder _tail = new();
    private FinishReason? _reason;

    public ResponseBuilder(RolloutRequest request, int requestIndex, int sample, EndRules rules)
    {
        Request = request;
        RequestIndex = requestIndex;
        SampleIndex = request.FirstSampleIndex + sample;
        _rules = rules;
        _mostTokens = rules.MostTokens(request);
        _decoder = rules.StopStrings.Count > 0 ? rules.Tokenizer!.CreateDecoder() : null;
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
            : CompletesStopString(token) ? FinishReason.StopString
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

    // Only the end of the text that could be the beginning of a stop string is kept.
    private bool CompletesStopString(int token)
    {
        if (_decoder is null)
        {
            return false;
        }

        string text = _tail.Append(_decoder.Append(token)).ToString();
        if (_rules.StopStrings.Any(stop => text.Contains(stop, StringComparison.Ordinal)))
        {
            return true;
        }

        _tail.Remove(0, Math.Max(0, text.Length - (_rules.LongestStopString - 1)));
        return false;
    }
}

/// <summary>When responses of a call end.</summary>
internal sealed class EndRules(SamplingOptions options, int maxPositions, ITokenizer? tokenizer)
{
    public HashSet<int> StopTokens { get; } = [.. options.StopTokenIds];

    public IReadOnlyList<string> StopStrings { get; } = options.StopStrings;

    public int LongestStopString { get; } = options.StopStrings.Select(s => s.Length).DefaultIfEmpty(0).Max();

    public ITokenizer? Tokenizer { get; } = tokenizer;

    /// <summary>Most tokens of a request's responses.</summary>
    public int MostTokens(RolloutRequest request) => Math.Min(options.MaxNewTokens, maxPositions - request.PromptTokenIds.Count);
}
