using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Models;
using Rlhf.Tokenizers;
using TorchSharp;

namespace Rlhf.Generation;

/// <summary>Samples from an <see cref="ICausalLm"/> with a cache of keys and values, many responses a step.</summary>
/// <remarks>
/// <para>
/// Each prompt is computed once, whatever the number of its samples; a decoding step then computes one token of every response
/// in work, reading all weights once. A response that ends gives its place to one that waits (continuous batching).
/// </para>
/// <para>
/// Token t of sample g of visit v is drawn with the uniform of (seed, <c>rollout</c>, v, g, t), so it depends neither on
/// <see cref="RolloutEngineOptions"/> nor on the other requests. Logits may: the shape of a product may change their last bits.
/// </para>
/// <para>The engine holds nothing between calls and does not own the model. A call runs without gradients, on the calling thread.</para>
/// </remarks>
public sealed partial class CausalLmRolloutEngine : IRolloutEngine
{
    private readonly ICausalLm _model;
    private readonly ITokenizer? _tokenizer;
    private readonly RolloutEngineOptions _options;
    private readonly ILogger _logger;
    private int _fewestSlots;

    /// <summary>An engine over a model. Later changes of its weights show in the next call.</summary>
    /// <param name="model">The model to sample from; it stays the caller's.</param>
    /// <param name="tokenizer">For texts of responses and for stop strings; without one there are none.</param>
    /// <param name="options">How much is computed at once.</param>
    /// <param name="logger">Told where the cache's limit leaves fewer slots than were asked for; null for nobody.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public CausalLmRolloutEngine(
        ICausalLm model,
        ITokenizer? tokenizer = null,
        RolloutEngineOptions? options = null,
        ILogger? logger = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _tokenizer = tokenizer;
        _options = options ?? new RolloutEngineOptions();
        _options.Validate();
        _logger = logger ?? NullLogger.Instance;
        _fewestSlots = _options.MaxSlots;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The model's logits are not numbers.</exception>
    public IReadOnlyList<RolloutSequence> Generate(
        IReadOnlyList<RolloutRequest> requests,
        SamplingOptions options,
        IProgress<RolloutProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(_model.Shape.VocabularySize);
        if (options.StopStrings.Count > 0 && _tokenizer is null)
        {
            throw new ArgumentException("StopStrings need an engine with a tokenizer; this one has none.", nameof(options));
        }

        RolloutRequestChecks.Require(requests, _model.Shape);
        if (requests.Count == 0)
        {
            return [];
        }

        var rules = new EndRules(options, _model.Shape.MaxPositions, _tokenizer);
        int length = requests.Max(r => r.PromptTokenIds.Count - 1 + rules.MostTokens(r));
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        int slots = Slots(requests, length);
        using var cache = new KeyValueCache(_model, slots, length);
        using var run = new RolloutRun(_model, requests, options, rules, cache, slots, _options.PrefillTokens, progress);
        return run.Complete(cancellationToken);
    }

    private int Slots(IReadOnlyList<RolloutRequest> requests, int length)
    {
        long bytes = KeyValueCache.SlotBytes(_model, length),
            fit = _options.MaxCacheBytes / bytes;
        if (fit == 0)
        {
            throw new ArgumentException(
                $"Keys and values of a sequence of {length} tokens take {bytes} bytes, and MaxCacheBytes is {_options.MaxCacheBytes}: "
                    + $"raise it, or lower {nameof(SamplingOptions.MaxNewTokens)}."
            );
        }

        int wanted = (int)Math.Min(_options.MaxSlots, requests.Sum(r => (long)r.Samples));
        if (fit >= wanted)
        {
            return wanted;
        }

        // Once, and again where it gets worse.
        if (fit < _fewestSlots)
        {
            _fewestSlots = (int)fit;
            LogFewerSlots(_logger, fit, wanted, length, bytes, _options.MaxCacheBytes);
        }

        return (int)fit;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Only {Slots} responses are decoded together instead of {Wanted}: the keys and values of one of up to {Length} tokens take {Bytes} bytes, and the cache's limit is {MaxCacheBytes}. Raise MaxCacheBytes, or lower MaxNewTokens or the slots."
    )]
    private static partial void LogFewerSlots(ILogger logger, long slots, int wanted, int length, long bytes, long maxCacheBytes);
}
