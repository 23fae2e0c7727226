using System.Text.RegularExpressions;

namespace Rlhf.Models;

/// <summary>Which modules get an adapter, by PEFT's rules.</summary>
internal sealed record AdapterTargets
{
    /// <summary>PEFT's word for every linear layer but the head.</summary>
    public const string AllLinearName = "all-linear";

    /// <summary>A pattern for whole names, from <c>target_modules</c> given as a text; null where it is a list or <c>all-linear</c>.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Whether every linear layer but the head is meant.</summary>
    public bool AllLinear { get; init; }

    /// <summary>Names, or the ends of names after a dot.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>A pattern for whole names that get none.</summary>
    public Regex? ExcludedPattern { get; init; }

    /// <summary>Names, or ends of names after a dot, that get none.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Indices of the layers that get adapters; null for all.</summary>
    public IReadOnlyList<long>? Layers { get; init; }

    /// <summary>How a layer's index is found in a name; the first that fits holds.</summary>
    public IReadOnlyList<Regex> LayerPatterns { get; init; } = [];

    /// <summary>Whether a module gets an adapter.</summary>
    /// <param name="module">Its full name.</param>
    /// <param name="isLinear">Whether it is a linear layer that is not the head.</param>
    public bool Include(string module, bool isLinear)
    {
        if (ExcludedPattern?.IsMatch(module) == true || Excluded.Any(e => Ends(module, e)))
        {
            return false;
        }

        if (Pattern is not null)
        {
            return Pattern.IsMatch(module);
        }

        return AllLinear ? isLinear : Names.Any(n => Ends(module, n)) && InLayers(module);
    }

    private bool InLayers(string module)
    {
        if (Layers is null)
        {
            return true;
        }

        Match? found = LayerPatterns.Select(p => p.Match(module)).FirstOrDefault(m => m.Success);
        return found is not null && long.TryParse(found.Groups["layer"].Value, out long layer) && Layers.Contains(layer);
    }

    private static bool Ends(string module, string name) =>
        module == name || (module.EndsWith(name, StringComparison.Ordinal) && module[..^name.Length].EndsWith('.'));
}
