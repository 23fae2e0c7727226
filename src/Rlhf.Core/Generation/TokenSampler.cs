using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Generation;

/// <summary>
/// Draws one token for each row of hidden states, by inverse transform: the first token whose cumulative probability passes the row's
/// uniform.
/// </summary>
internal sealed class TokenSampler(ICausalLm model, SamplingOptions options) : IDisposable
{
    // Rows are taken in chunks whose logits stay around 64 MiB.
    private const int ChunkLogits = 1 << 24;

    private readonly int _chunk = Math.Max(1, ChunkLogits / model.Shape.VocabularySize);
    private readonly bool _filters = options.TopK > 0 || options.TopP < 1 || options.MinP > 0;
    private readonly Scalar _lastToken = model.Shape.VocabularySize - 1L;

    /// <summary>Draws tokens. Reads nothing back from the device.</summary>
    /// <param name="hidden"><c>[S,H]</c>.</param>
    /// <param name="uniforms">float64 <c>[S]</c> in [0, 1); unused where greedy.</param>
    /// <returns>float64 <c>[2,S]</c>, so that one read brings both to the host: token ids and their unfiltered log-probs.</returns>
    public Tensor Sample(Tensor hidden, Tensor uniforms)
    {
        int rows = (int)hidden.size(0);
        if (rows <= _chunk)
        {
            return SampleChunk(hidden, uniforms);
        }

        using var scope = NewDisposeScope();
        var chunks = new List<Tensor>();
        for (int first = 0; first < rows; first += _chunk)
        {
            int count = Math.Min(_chunk, rows - first);
            chunks.Add(SampleChunk(hidden.narrow(0, first, count), uniforms.narrow(0, first, count)));
        }

        return cat(chunks, 1).MoveToOuterDisposeScope();
    }

    public void Dispose() => _lastToken.Dispose();

    private Tensor SampleChunk(Tensor hidden, Tensor uniforms)
    {
        using var scope = NewDisposeScope();
        Tensor logits = model.Head(hidden).to_type(ScalarType.Float32);
        Tensor logProbs = LogitsFilters.Tempered(logits, options.Temperature).log_softmax(-1);
        Tensor ids = options.IsGreedy
            ? logits.argmax(-1, keepdim: true)
            : InverseTransform(_filters ? LogitsFilters.Probabilities(logits, options) : logProbs.exp(), uniforms.unsqueeze(1));
        return stack([ids, logProbs.gather(1, ids).to_type(ScalarType.Float64)], 0).squeeze(2).MoveToOuterDisposeScope();
    }

    // In float64, so that the tail of a large vocabulary keeps its probability, and scaled by the sum, which rounding moves off 1.
    private Tensor InverseTransform(Tensor probabilities, Tensor uniforms)
    {
        Tensor cumulative = probabilities.cumsum(-1, ScalarType.Float64);
        Tensor target = uniforms.mul(cumulative.narrow(1, probabilities.size(1) - 1, 1));
        // Only where logits are not numbers does no sum pass the target; the caller sees that by the log-prob.
        return searchsorted(cumulative, target, right: true).clamp_max_(_lastToken);
    }
}
