namespace Rlhf.Trainers.Configuration;

/// <summary>
/// A configuration is refused; the message lists every problem with its key, the value, where it came from and what to do.
/// </summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Makes the exception from one or several problems.</summary>
    public ConfigurationException(IReadOnlyList<string> problems)
        : base(
            problems?.Count == 1
                ? problems[0]
                : $"{problems?.Count} problems in the configuration:{string.Concat(problems?.Select(p => $"\n  {p}") ?? [])}"
        ) { }

    /// <summary>Makes the exception.</summary>
    public ConfigurationException(string problem)
        : base(problem) { }
}
