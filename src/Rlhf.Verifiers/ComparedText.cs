namespace Rlhf.Verification;

/// <summary>Which part of a response is compared.</summary>
public enum ComparedText
{
    /// <summary>What is boxed, or marked as the answer.</summary>
    FinalAnswer,

    /// <summary>The whole text.</summary>
    Response,
}
