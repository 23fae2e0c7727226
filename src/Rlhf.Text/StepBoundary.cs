namespace Rlhf.Text;

/// <summary>What ends a reasoning step.</summary>
public enum StepBoundary
{
    /// <summary>A delimiter text, such as a line break.</summary>
    Delimiter,

    /// <summary>A run of two or more line breaks.</summary>
    Paragraph,

    /// <summary>The beginning of a line "Step k" (or "Step k:", in any case); text before the first one is a step of its own.</summary>
    NumberedStep,

    /// <summary>Every token is a step.</summary>
    Token,
}
