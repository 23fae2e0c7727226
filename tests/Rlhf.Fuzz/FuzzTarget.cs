namespace Rlhf.Fuzz;

/// <summary>Something that reads what others wrote: one file of a folder, or one text.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Good inputs, from which others are made.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Exceptions that the documentation promises for a bad input.</summary>
    public abstract IReadOnlyList<Type> Documented { get; }

    /// <summary>Reads an input.</summary>
    public abstract void Run(byte[] input);

    public abstract void Dispose();
}

/// <summary>A target by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">Its share of the inputs, relative to the others.</param>
/// <param name="Open">Makes it ready, which may take a second.</param>
internal sealed record FuzzEntry(string Name, double Weight, Func<FuzzTarget> Open);
