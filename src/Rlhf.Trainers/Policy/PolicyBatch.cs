using Rlhf.Models;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>What an update learns from: sequences, and for each response token what the loss needs. Shapes <c>[B,R]</c>.</summary>
/// <param name="Rows">B prompts with responses.</param>
/// <param name="GroupOfRow">For each row the number of its group, 0 to groups − 1; rows of a group stay in one optimizer step.</param>
/// <param name="LossMask">bool: tokens that have a loss.</param>
/// <param name="Advantages">Â, of any floating-point type; the loss sees them in that of the log-probabilities.</param>
/// <param name="OldLogProbs">log-probabilities under the policy that sampled.</param>
/// <param name="ReferenceLogProbs">Those under the frozen reference, where there is one.</param>
public sealed record PolicyBatch(
    IReadOnlyList<TokenSequence> Rows,
    IReadOnlyList<int> GroupOfRow,
    Tensor LossMask,
    Tensor Advantages,
    Tensor OldLogProbs,
    Tensor? ReferenceLogProbs
);
