namespace Rlhf.Shaping.Stages;

/// <summary>The state that a step's score belongs to.</summary>
public enum PotentialScores
{
    /// <summary>The state after the step.</summary>
    AfterStep,

    /// <summary>The state before the step.</summary>
    BeforeStep,
}
