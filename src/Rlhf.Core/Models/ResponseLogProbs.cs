using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Log-probabilities of responses under a model: the one place where sequences become flat tokens and come back padded.</summary>
public static class ResponseLogProbs
{
    /// <summary>
    /// log softmax(logits / temperature) over the whole vocabulary at each response token, with gradient if grad mode is on.
    /// </summary>
    /// <remarks>Rows with the same prompt share its computation, forward and backward.</remarks>
    /// <param name="model">The model; its weights' <c>requires_grad</c> decides what gets a gradient.</param>
    /// <param name="rows">B sequences.</param>
    /// <param name="width">R of the result; at least the longest response.</param>
    /// <param name="temperature">The sampling temperature; positive.</param>
    /// <param name="entropy">Which entropy H = logsumexp(z) − Σ softmax(z)·z to compute along.</param>
    /// <returns>float32 <c>[B,width]</c>, right-padded with 0; the entropy likewise, or null.</returns>
    /// <exception cref="ArgumentException">A prompt is empty or a response longer than <paramref name="width"/>.</exception>
    public static (Tensor LogProbs, Tensor? Entropy) Compute(
        ICausalLm model,
        IReadOnlyList<TokenSequence> rows,
        int width,
        double temperature,
        EntropyOutput entropy = EntropyOutput.None
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        FlatRows flat = FlatRows.Of(rows, width);
        var layout = new SharedPromptLayout(flat.PromptLengths, flat.PromptOfRow, flat.FedLengths, model.Device);
        Tensor hidden = model.Trunk(tensor(flat.Tokens, device: model.Device), layout);
        Tensor predicting = hidden.index_select(0, tensor(flat.PredictingRows, device: model.Device));
        Tensor targets = tensor(flat.Targets, device: model.Device),
            places = tensor(flat.Places, device: model.Device);
        (Tensor logProbs, Tensor? entropies) = TokenLogProbs.Compute(model, predicting, targets, temperature, entropy);
        return (Padded(logProbs).MoveToOuterDisposeScope(), entropies is null ? null : Padded(entropies).MoveToOuterDisposeScope());

        Tensor Padded(Tensor values) =>
            zeros(rows.Count * (long)width, values.dtype, model.Device).index_copy(0, places, values).view(rows.Count, width);
    }

    // Each distinct prompt once, then what the rows' responses feed: a response's last token predicts nothing that is asked for.
    private sealed record FlatRows(
        long[] Tokens,
        int[] PromptLengths,
        int[] PromptOfRow,
        int[] FedLengths,
        long[] PredictingRows,
        long[] Targets,
        long[] Places
    )
    {
        public static FlatRows Of(IReadOnlyList<TokenSequence> rows, int width)
        {
            List<IReadOnlyList<int>> prompts = [];
            Dictionary<IReadOnlyList<int>, int> known = new(TokenSequence.PromptComparer);
            int[] promptOfRow = new int[rows.Count];
            for (int b = 0; b < rows.Count; b++)
            {
                (IReadOnlyList<int> prompt, IReadOnlyList<int> response) = (rows[b].Prompt, rows[b].Response);
                if (prompt.Count == 0 || response.Count > width)
                {
                    throw new ArgumentException(
                        $"Row {b} has {prompt.Count} prompt and {response.Count} response tokens; a prompt needs at least one, a response at most {width}.",
                        nameof(rows)
                    );
                }

                if (known.TryAdd(prompt, prompts.Count))
                {
                    prompts.Add(prompt);
                }

                promptOfRow[b] = known[prompt];
            }

            List<long> tokens = [],
                predicting = [],
                targets = [],
                places = [],
                promptEnds = [];
            foreach (IReadOnlyList<int> prompt in prompts)
            {
                tokens.AddRange(prompt.Select(id => (long)id));
                promptEnds.Add(tokens.Count - 1);
            }

            for (int b = 0; b < rows.Count; b++)
            {
                IReadOnlyList<int> response = rows[b].Response;
                for (int t = 0; t < response.Count; t++)
                {
                    predicting.Add(t == 0 ? promptEnds[promptOfRow[b]] : tokens.Count + t - 1);
                    targets.Add(response[t]);
                    places.Add((long)b * width + t);
                }

                tokens.AddRange(response.SkipLast(1).Select(id => (long)id));
            }

            return new(
                [.. tokens],
                [.. prompts.Select(p => p.Count)],
                promptOfRow,
                [.. rows.Select(r => Math.Max(0, r.Response.Count - 1))],
                [.. predicting],
                [.. targets],
                [.. places]
            );
        }
    }
}
