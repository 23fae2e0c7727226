using Rlhf.Tokenizers;

namespace Rlhf.Generation;

/// <summary>When responses of a call end.</summary>
internal sealed class EndRules
{
    private readonly SamplingOptions _options;
    private readonly int _maxPositions;
    private readonly string[] _marked;

    public EndRules(SamplingOptions options, int maxPositions, ITokenizer? tokenizer)
    {
        (_options, _maxPositions, Tokenizer) = (options, maxPositions, tokenizer);
        StopTokens = [.. options.StopTokenIds];
        _marked = [.. options.StopStrings.Where(HoldsHidden)];
        foreach (string stop in _marked)
        {
            if (tokenizer!.FindToken(stop) is { } token)
            {
                StopTokens.Add(token);
            }
        }
    }

    /// <summary>Tokens that end a response; a stop string that is a special token is one of them.</summary>
    public HashSet<int> StopTokens { get; }

    public ITokenizer? Tokenizer { get; }

    /// <summary>Most tokens of a request's responses.</summary>
    public int MostTokens(RolloutRequest request) => Math.Min(_options.MaxNewTokens, _maxPositions - request.PromptTokenIds.Count);

    /// <summary>Searches for the stop strings of a new response: in its text, and for those with special tokens in the text with them.</summary>
    public StopStringSearch[] Searches() =>
        [
            .. _options.StopStrings.Count == 0 ? [] : new[] { new StopStringSearch(Tokenizer!.CreateDecoder(), _options.StopStrings) },
            .. _marked.Length == 0 ? [] : new[] { new StopStringSearch(Tokenizer!.CreateDecoder(skipSpecialTokens: false), _marked) },
        ];

    // Whether a stop string holds a special token, which the text of a response is written without.
    private bool HoldsHidden(string stop) =>
        Tokenizer is not null
        && Tokenizer
            .Encode(stop, allowSpecialTokens: true)
            .Any(id => Tokenizer.Decode([id], skipSpecialTokens: true).Length == 0 && Tokenizer.Decode([id]).Length > 0);
}
