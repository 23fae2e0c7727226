using Rlhf.Models;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>What an update learns from: sequences, and for each response token what the loss needs. Shapes <c>[B,R]</c>.</summary>
public sealed class PolicyBatch(
    IReadOnlyList<TokenSequence> rows,
    IReadOnlyList<int> groupOfRow,
    Tensor lossMask,
    Tensor advantages,
    Tensor oldLogProbs,
    Tensor? referenceLogProbs
)
{
    /// <summary>B prompts with responses.</summary>
    public IReadOnlyList<TokenSequence> Rows { get; } = rows;

    /// <summary>For each row the number of its group, 0 to groups − 1; rows of a group stay in one optimizer step.</summary>
    public IReadOnlyList<int> GroupOfRow { get; } = groupOfRow;

    /// <summary>bool: tokens that have a loss.</summary>
    public Tensor LossMask { get; } = lossMask;

    /// <summary>Â, of any floating-point type; the loss sees them in that of the log-probabilities.</summary>
    public Tensor Advantages { get; } = advantages;

    /// <summary>log-probabilities under the policy that sampled.</summary>
    public Tensor OldLogProbs { get; } = oldLogProbs;

    /// <summary>Those under the frozen reference, where there is one.</summary>
    public Tensor? ReferenceLogProbs { get; } = referenceLogProbs;
}
