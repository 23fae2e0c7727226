namespace Rlhf.Configuration;

/// <summary>A value of options that cannot be.</summary>
public sealed class OptionProblem
{
    internal OptionProblem(string key, string shown, string message) => (Key, Shown, Message) = (key, shown, message);

    /// <summary>Its key from the options' root, names in camelCase with colons between them.</summary>
    public string Key { get; }

    /// <summary>What it is, as <c> is -5</c>; empty where that says nothing.</summary>
    public string Shown { get; }

    /// <summary>What it must be.</summary>
    public string Message { get; }

    /// <summary>Key, value and what it must be.</summary>
    public override string ToString() => $"{Key}{Shown}: {Message}";
}
