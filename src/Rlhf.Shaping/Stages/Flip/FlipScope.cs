namespace Rlhf.Shaping.Stages;

/// <summary>What is flipped together: what a random number is drawn for.</summary>
public enum FlipScope
{
    /// <summary>All answers to a prompt visit.</summary>
    Question,

    /// <summary>Each answer by itself.</summary>
    Answer,

    /// <summary>Each step by itself; for step channels.</summary>
    Step,
}
