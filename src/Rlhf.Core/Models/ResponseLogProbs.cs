using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A prompt and what followed it, as token ids.</summary>
/// <param name="Prompt">P tokens; at least one.</param>
/// <param name="Response">R tokens.</param>
public sealed record TokenSequence(IReadOnlyList<int> Prompt, IReadOnlyList<int> Response)
{
    /// <summary>P + R.</summary>
    public int Length => Prompt.Count + Response.Count;
}

/// <summary>Log-probabilities of responses under a model: the one place where sequences become flat tokens and come back padded.</summary>
public static class ResponseLogProbs
{
    /// <summary>
    /// log softmax(logits / temperature) over the whole vocabulary at each response token, with gradient if grad mode is on.
    /// </summary>
    /// <param name="model">The model; its weights' <c>requires_grad</c> decides what gets a gradient.</param>
    /// <param name="rows">B sequences.</param>
    /// <param name="width">R of the result; at least the longest response.</param>
    /// <param name="temperature">The sampling temperature; positive.</param>
    /// <param name="entropy">Which entropy H = logsumexp(z) − Σ softmax(z)·z to compute along.</param>
    /// <returns>float32 <c>[B,width]</c>, right-padded with 0; the entropy likewise, or null.</returns>
    /// <exception cref="ArgumentException">A prompt is empty or a response longer than <paramref name="width"/>.</exception>
    public static (Tensor LogProbs, Tensor? Entropy) Compute(ICausalLm model, IReadOnlyList<TokenSequence> rows, int width, double temperature, EntropyOutput entropy = EntropyOutput.None)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        FlatRows flat = FlatRows.Of(rows, width);
        Tensor hidden = model.Trunk(tensor(flat.Tokens, device: model.Device), new RaggedLayout(flat.Lengths, model.Device));
        Tensor predicting = hidden.index_select(0, tensor(flat.PredictingRows, device: model.Device));
        Tensor targets = tensor(flat.Targets, device: model.Device), places = tensor(flat.Places, device: model.Device);
        (Tensor logProbs, Tensor? entropies) = TokenLogProbs.Compute(model, predicting, targets, temperature, entropy);
        return (Padded(logProbs).MoveToOuterDisposeScope(), entropies is null ? null : Padded(entropies).MoveToOuterDisposeScope());

        Tensor Padded(Tensor values) =>
            zeros(rows.Count * (long)width, values.dtype, model.Device).index_copy(0, places, values).view(rows.Count, width);
    }

    // The last token of a sequence predicts nothing that is asked for, so the trunk never sees it.
    private sealed record FlatRows(long[] Tokens, int[] Lengths, long[] PredictingRows, long[] Targets, long[] Places)
    {
        public static FlatRows Of(IReadOnlyList<TokenSequence> rows, int width)
        {
            List<long> tokens = [], predicting = [], targets = [], places = [];
            int[] lengths = new int[rows.Count];
            for (int b = 0; b < rows.Count; b++)
            {
                (IReadOnlyList<int> prompt, IReadOnlyList<int> response) = rows[b];
                if (prompt.Count == 0 || response.Count > width)
                {
                    throw new ArgumentException($"Row {b} has {prompt.Count} prompt and {response.Count} response tokens; a prompt needs at least one, a response at most {width}.", nameof(rows));
                }

                for (int t = 0; t < response.Count; t++)
                {
                    predicting.Add(tokens.Count + prompt.Count - 1 + t);
                    targets.Add(response[t]);
                    places.Add((long)b * width + t);
                }

                lengths[b] = Math.Max(1, rows[b].Length - 1);
                tokens.AddRange(prompt.Concat(response).Take(lengths[b]).Select(id => (long)id));
            }

            return new([.. tokens], lengths, [.. predicting], [.. targets], [.. places]);
        }
    }
}
