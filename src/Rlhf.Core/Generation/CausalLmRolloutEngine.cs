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
public sealed class CausalLmRolloutEngine : IRolloutEngine
{
    private readonly ICausalLm _model;
    private readonly ITokenizer? _tokenizer;
    private readonly RolloutEngineOptions _options;

    /// <summary>An engine over a model. Later changes of its weights show in the next call.</summary>
    /// <param name="model">The model to sample from; it stays the caller's.</param>
    /// <param name="tokenizer">For texts of responses and for stop strings; without one there are none.</param>
    /// <param name="options">How much is computed at once.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public CausalLmRolloutEngine(ICausalLm model, ITokenizer? tokenizer = null, RolloutEngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _tokenizer = tokenizer;
        _options = options ?? new RolloutEngineOptions();
        _options.Validate();
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

        return (int)Math.Min(Math.Min(_options.MaxSlots, fit), requests.Sum(r => (long)r.Samples));
    }
}
