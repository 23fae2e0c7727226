namespace Rlhf;

/// <summary>One sampled response.</summary>
public sealed class RolloutSequence(
    long visitId,
    int sampleIndex,
    int[] tokenIds,
    float[] logProbs,
    FinishReason finishReason,
    string? text
)
{
    /// <summary>The visit it answers.</summary>
    public long VisitId { get; } = visitId;

    /// <summary>Its index among the visit's samples.</summary>
    public int SampleIndex { get; } = sampleIndex;

    /// <summary>The sampled tokens, R of them, with the stop token or the tokens of the stop string where one ended it.</summary>
    public int[] TokenIds { get; } = tokenIds;

    /// <summary>
    /// For each of them log softmax(logits / T) over the full vocabulary, without filters, in nats; T is the sampling
    /// temperature, 1 where it is 0.
    /// </summary>
    public float[] LogProbs { get; } = logProbs;

    /// <summary>Why it ended.</summary>
    public FinishReason FinishReason { get; } = finishReason;

    /// <summary>The decoded tokens without the stop token; null from an engine without a tokenizer.</summary>
    public string? Text { get; } = text;

    /// <summary>Whether the response was cut off.</summary>
    public bool Truncated => FinishReason == FinishReason.Length;
}
