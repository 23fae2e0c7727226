namespace Rlhf;

/// <summary>A fixed, numbered set of problems: a file, or a generator whose i-th problem is a function of its seed and i.</summary>
public interface IProblemSource
{
    /// <summary>Number of problems.</summary>
    int Count { get; }

    /// <summary>The problem with this number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, <see cref="Count"/>).</exception>
    Problem this[int index] { get; }
}
