using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Generation;

/// <summary>
/// Temperature, top-k, top-p and min-p, in the order and with the treatment of ties of Hugging Face's <c>transformers</c>.
/// </summary>
internal static class LogitsFilters
{
    private static readonly Scalar NegativeInfinity = double.NegativeInfinity;

    /// <summary>Probabilities after temperature and filters. Reads nothing back from the device.</summary>
    /// <remarks>
    /// Top-k keeps every logit at least as large as the k-th largest. Top-p, on the renormalised rest, removes the least probable tokens
    /// while their probabilities sum to at most 1 − p, so the token that crosses p stays and at least one does; of equal tokens at the cut
    /// the sort decides. Min-p removes what is less probable than <c>min_p</c> times the largest probability.
    /// </remarks>
    /// <param name="logits"><c>[S,V]</c>, floating point.</param>
    /// <param name="options">Temperature (0 counts as 1) and filters.</param>
    /// <returns><c>[S,V]</c> of the logits' type; each row sums to 1, removed tokens have 0.</returns>
    public static Tensor Probabilities(Tensor logits, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(options);
        using var scope = NewDisposeScope();
        Tensor x = Tempered(logits, options.Temperature);
        if (options.TopK > 0 && options.TopK < x.size(-1))
        {
            x = TopK(x, options.TopK);
        }

        if (options.TopP < 1)
        {
            x = TopP(x, options.TopP);
        }

        Tensor probabilities = x.softmax(-1);
        if (options.MinP > 0)
        {
            probabilities = MinP(x, probabilities, options.MinP).softmax(-1);
        }

        return probabilities.MoveToOuterDisposeScope();
    }

    /// <summary>Logits divided by the temperature; 0 counts as 1.</summary>
    internal static Tensor Tempered(Tensor logits, double temperature)
    {
        if (temperature is 0 or 1)
        {
            return logits;
        }

        using Scalar divisor = temperature;
        return logits.div(divisor);
    }

    private static Tensor TopK(Tensor x, int k)
    {
        Tensor threshold = x.topk(k).values.narrow(-1, k - 1, 1);
        return x.masked_fill(x.lt(threshold), NegativeInfinity);
    }

    private static Tensor TopP(Tensor x, double p)
    {
        (Tensor ascending, Tensor order) = x.sort(-1);
        using Scalar tail = 1 - p;
        Tensor removed = ascending.softmax(-1).cumsum(-1).le(tail);
        long last = x.size(-1) - 1;
        removed = cat([removed.narrow(-1, 0, last), zeros_like(removed.narrow(-1, last, 1))], -1);
        return x.masked_fill(removed.scatter(-1, order, removed), NegativeInfinity);
    }

    private static Tensor MinP(Tensor x, Tensor probabilities, double share)
    {
        using Scalar minimum = share;
        Tensor threshold = probabilities.amax([-1], keepdim: true).mul(minimum);
        return x.masked_fill(probabilities.lt(threshold), NegativeInfinity);
    }
}
