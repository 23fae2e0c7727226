using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Rlhf.Trainers.Configuration;

/// <summary>A value that replaces the document's.</summary>
public sealed class ConfigurationOverride(string key, string value, string origin)
{
    /// <summary>Its key, <c>Section:Key</c>; case does not matter.</summary>
    public string Key { get; } = key;

    /// <summary>The value as text.</summary>
    public string Value { get; } = value;

    /// <summary>Where it comes from, for messages.</summary>
    public string Origin { get; } = origin;
}
