using Rlhf.Records;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>What a policy loss is computed from; all <c>[B,R]</c>, padding arbitrary where <see cref="LossMask"/> is false.</summary>
public sealed class PolicyLossInput(Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor lossMask)
{
    /// <summary>log π of the sampled tokens under the weights being trained, with gradient.</summary>
    public Tensor LogProbs { get; } = logProbs;

    /// <summary>log π_old, the policy that sampled them, without gradient.</summary>
    public Tensor OldLogProbs { get; } = oldLogProbs;

    /// <summary>Â, without gradient.</summary>
    public Tensor Advantages { get; } = advantages;

    /// <summary>bool: tokens that have a loss.</summary>
    public Tensor LossMask { get; } = lossMask;
}
