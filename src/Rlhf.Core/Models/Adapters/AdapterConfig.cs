using System.Text.RegularExpressions;

namespace Rlhf.Models;

/// <summary>A LoRA adapter's sizes and what it attaches to, in PEFT's terms.</summary>
internal sealed record AdapterConfig
{
    /// <summary>r of modules that no pattern names.</summary>
    public required int Rank { get; init; }

    /// <summary>α of modules that no pattern names.</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether the scale is α/√r (Kalajdzievski, arXiv 2312.03732) instead of α/r.</summary>
    public bool RankStabilised { get; init; }

    /// <summary>r by pattern; the first that fits a module holds.</summary>
    public IReadOnlyList<(string Key, Regex Pattern, int Value)> Ranks { get; init; } = [];

    /// <summary>α by pattern; the first that fits a module holds.</summary>
    public IReadOnlyList<(string Key, Regex Pattern, double Value)> Alphas { get; init; } = [];

    /// <summary>The modules that get an adapter.</summary>
    public required AdapterTargets Targets { get; init; }

    /// <summary>Modules that are trained whole beside the adapters: lm_head, embed_tokens.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>r of a module.</summary>
    public int RankOf(string module) => Ranks.FirstOrDefault(p => p.Pattern.IsMatch(module)) is { Key: not null } p ? p.Value : Rank;

    /// <summary>The factor of a module's product B·A.</summary>
    public double ScaleOf(string module)
    {
        double alpha = Alphas.FirstOrDefault(p => p.Pattern.IsMatch(module)) is { Key: not null } p ? p.Value : Alpha;
        int rank = RankOf(module);
        return alpha / (RankStabilised ? Math.Sqrt(rank) : rank);
    }
}
