using System.ComponentModel.DataAnnotations;

namespace Rlhf.Runtime;

/// <summary>Where and in which precision a run computes.</summary>
public sealed record ComputeOptions
{
    /// <summary><c>auto</c> (the first CUDA device if there is one, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <value>Default <c>auto</c>.</value>
    [RegularExpression("^(auto|cpu|cuda(:[0-9]+)?)$")]
    public string Device { get; init; } = "auto";

    /// <summary>Type of activations and matrix products: <c>auto</c>, <c>float32</c> or <c>bfloat16</c>. <c>auto</c> measures both:
    /// a CPU without bfloat16 instructions emulates it a hundred times slower.</summary>
    /// <value>Default <c>auto</c>.</value>
    [RegularExpression("^(auto|float32|bfloat16)$")]
    public string Dtype { get; init; } = "auto";

    /// <summary>Threads of tensor operations; 0 takes one per processor.</summary>
    /// <value>Default 0; 0 to 1024. Bit-exact resumes need the same number.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }
}
