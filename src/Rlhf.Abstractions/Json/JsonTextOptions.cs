namespace Rlhf.Json;

/// <summary>What <see cref="JsonText"/> allows beyond RFC 8259.</summary>
public sealed class JsonTextOptions
{
    /// <summary>Whether comments are passed over.</summary>
    /// <value>Default false.</value>
    public bool Comments { get; init; }

    /// <summary>Whether a comma may follow the last element of a list or object.</summary>
    /// <value>Default false.</value>
    public bool TrailingCommas { get; init; }

    /// <summary>The deepest nesting of lists and objects.</summary>
    /// <value>Default 64.</value>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Line in its file at which the text begins, from 1; for files with an object a line.</summary>
    /// <value>Default 1.</value>
    public long FirstLine { get; init; } = 1;
}
