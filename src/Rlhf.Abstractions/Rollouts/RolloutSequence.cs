namespace Rlhf;

/// <summary>Why a response ended.</summary>
public enum FinishReason
{
    /// <summary>Its last token is a stop token.</summary>
    StopToken,

    /// <summary>Its last token completes a stop string.</summary>
    StopString,

    /// <summary>It was cut off, at the most new tokens or at the model's last position.</summary>
    Length,
}

/// <summary>One sampled response.</summary>
/// <param name="VisitId">The visit it answers.</param>
/// <param name="SampleIndex">Its index among the visit's samples.</param>
/// <param name="TokenIds">The sampled tokens, R of them, with the stop token or the tokens of the stop string where one ended it.</param>
/// <param name="LogProbs">For each of them log softmax(logits / T) over the full vocabulary, without filters, in nats; T is the sampling
/// temperature, 1 where it is 0.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Text">The decoded tokens without the stop token; null from an engine without a tokenizer.</param>
public sealed record RolloutSequence(
    long VisitId,
    int SampleIndex,
    int[] TokenIds,
    float[] LogProbs,
    FinishReason FinishReason,
    string? Text
)
{
    /// <summary>Whether the response was cut off.</summary>
    public bool Truncated => FinishReason == FinishReason.Length;
}
