using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Where a model lies and in which types it is kept and computed.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Where the weights lie.</summary>
    /// <value>Default the CPU.</value>
    public Device Device { get; init; } = CPU;

    /// <summary>The type of hidden states and logits: float32, bfloat16, or float64 for tests.</summary>
    /// <value>Default float32.</value>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;

    /// <summary>
    /// The type the weights are kept in; they are cast in every forward pass where it differs from <see cref="ComputeType"/>.
    /// </summary>
    /// <value>Default float32: small learning rates are lost in bfloat16.</value>
    public ScalarType WeightType { get; init; } = ScalarType.Float32;

    /// <summary>
    /// Keys of config.json, such as <c>my_key</c> or <c>rope_scaling.my_key</c>, that are not known here and may be passed over. Any other
    /// unknown key whose value is neither null nor false is refused: it could change what the model computes.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> IgnoreKeys { get; init; } = [];

    /// <summary>Is told which stored tensors are left out, such as a value head beside a language model.</summary>
    /// <value>Default null: nobody is told.</value>
    public ILogger? Logger { get; init; }
}
