using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Log-probabilities of given tokens from hidden states, a chunk of rows at a time.</summary>
internal static class TokenLogProbs
{
    // Rows of float32 logits in a chunk: what stays in the cache for small vocabularies and bounds the temporaries for large ones.
    private const long ChunkElements = 1 << 24;

    /// <summary>lp = z[y] − logsumexp(z) with z = head(h)/T in float32 or wider, and H = logsumexp(z) − Σ softmax(z)·z.</summary>
    /// <param name="model">Its head gives the logits.</param>
    /// <param name="hidden"><c>[M,H]</c>.</param>
    /// <param name="targets">y: int64 <c>[M]</c>.</param>
    /// <param name="temperature">T.</param>
    /// <param name="entropy">Which entropy to compute.</param>
    /// <param name="chunkElements">Logits of a chunk at the most, but at least a row's.</param>
    /// <returns><c>[M]</c> and, if asked for, <c>[M]</c>.</returns>
    public static (Tensor LogProbs, Tensor? Entropy) Compute(
        ICausalLm model,
        Tensor hidden,
        Tensor targets,
        double temperature,
        EntropyOutput entropy,
        long chunkElements = ChunkElements
    )
    {
        using var scope = NewDisposeScope();
        long rows = hidden.size(0),
            chunk = Math.Max(1, chunkElements / model.Shape.VocabularySize);
        List<Tensor> logProbs = [],
            entropies = [];

        // Autograd keeps each copy of the head's weight, so one is made for all chunks.
        Func<Tensor, Tensor> head = model is CausalLm own ? own.HeadIn(hidden.dtype) : model.Head;
        for (long start = 0; start < rows; start += chunk)
        {
            long count = Math.Min(chunk, rows - start);
            using var chunkScope = NewDisposeScope();
            (Tensor lp, Tensor? h) = Chunk(head, hidden.narrow(0, start, count), targets.narrow(0, start, count), temperature, entropy);
            logProbs.Add(lp.MoveToOuterDisposeScope());
            if (h is not null)
            {
                entropies.Add(h.MoveToOuterDisposeScope());
            }
        }

        return (
            Joined(logProbs).MoveToOuterDisposeScope(),
            entropy == EntropyOutput.None ? null : Joined(entropies).MoveToOuterDisposeScope()
        );
        Tensor Joined(List<Tensor> parts) =>
            parts.Count switch
            {
                0 => zeros(0, hidden.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, hidden.device),
                1 => parts[0],
                _ => cat(parts),
            };
    }

    private static (Tensor LogProbs, Tensor? Entropy) Chunk(
        Func<Tensor, Tensor> head,
        Tensor hidden,
        Tensor targets,
        double temperature,
        EntropyOutput entropy
    )
    {
        Tensor logits = head(hidden);
        logits = logits.dtype == ScalarType.Float64 ? logits : logits.to_type(ScalarType.Float32);
        if (temperature != 1)
        {
            using Scalar t = temperature;
            logits = logits.div(t);
        }

        Tensor normaliser = logits.logsumexp(-1);
        Tensor logProbs = logits.gather(1, targets.unsqueeze(1)).squeeze(1) - normaliser;
        if (entropy == EntropyOutput.None)
        {
            return (logProbs, null);
        }

        using IDisposable? noGrad = entropy == EntropyOutput.Measured ? no_grad() : null;

        // Σ softmax(z)·z without a second copy of the logits' size more than needed.
        Tensor mean = (logits - normaliser.unsqueeze(1)).exp().mul(logits).sum(-1);
        return (logProbs, normaliser - mean);
    }
}
