using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Rlhf.Configuration;

namespace Rlhf.Runtime;

/// <summary>Where and in which precision a run computes.</summary>
public sealed partial record ComputeOptions : IValidatableObject
{
    /// <summary><c>auto</c> (the first CUDA device if there is one, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <value>Default <c>auto</c>.</value>
    public string Device { get; init; } = "auto";

    /// <summary>Type of activations and matrix products: <c>auto</c>, <c>float32</c> or <c>bfloat16</c>. <c>auto</c> measures both:
    /// a CPU without bfloat16 instructions emulates it a hundred times slower.</summary>
    /// <value>Default <c>auto</c>.</value>
    public string Dtype { get; init; } = "auto";

    /// <summary>Threads of tensor operations; 0 takes one per processor.</summary>
    /// <value>Default 0; 0 to 1024. Bit-exact resumes need the same number.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Device is null || !DeviceName().IsMatch(Device))
        {
            yield return new(
                $"must be auto, cpu, cuda or cuda:N with a number N.{Suggestion.Ask(Device ?? "", ["auto", "cpu", "cuda"])}",
                [nameof(Device)]
            );
        }

        string[] types = ["auto", "float32", "bfloat16"];
        if (!types.Contains(Dtype))
        {
            yield return new($"must be auto, float32 or bfloat16.{Suggestion.Ask(Dtype ?? "", types)}", [nameof(Dtype)]);
        }
    }

    [GeneratedRegex(@"^(auto|cpu|cuda(:[0-9]{1,4})?)\z")]
    private static partial Regex DeviceName();
}
