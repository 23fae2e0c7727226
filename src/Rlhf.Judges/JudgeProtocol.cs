namespace Rlhf.Judges;

/// <summary>What a judge is asked.</summary>
public enum JudgeProtocol
{
    /// <summary>A rating from 1 to 10 of the response.</summary>
    Rating,

    /// <summary>Which is better, the response or the reference; asked twice with the order swapped.</summary>
    Pairwise,
}
