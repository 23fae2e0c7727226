using System.ComponentModel.DataAnnotations;

namespace Rlhf.Models;

/// <summary>Low-rank adapters: W + (α/r)·B·A (Hu et al., arXiv 2106.09685).</summary>
public sealed class LoraOptions
{
    /// <summary>Rank r.</summary>
    /// <value>Default 16.</value>
    [Range(1, 4096)]
    public int Rank { get; init; } = 16;

    /// <summary>α; the update is scaled by α/r.</summary>
    /// <value>Default 32.</value>
    [Range(1e-6, 1e6)]
    public double Alpha { get; init; } = 32;

    /// <summary>Names of the projections that get an adapter, or <c>all-linear</c> alone for all of them.</summary>
    /// <value>Default all seven of a block: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.</value>
    public IReadOnlyList<string> TargetModules { get; init; } =
    ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
}
