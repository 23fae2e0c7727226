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
