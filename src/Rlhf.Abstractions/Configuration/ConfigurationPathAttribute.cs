namespace Rlhf.Configuration;

/// <summary>
/// Marks a text option as a path: a relative one is resolved against the file that holds it, on the command line or in the environment
/// against the current folder.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigurationPathAttribute : Attribute;
