using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A decoder-only language model as the trainers and the rollout engine see it; a user's own module trains through it.</summary>
/// <remarks>
/// The trunk works on a flat list of N real tokens, without padding: linear layers and norms never see more, and only the
/// <see cref="AttentionLayout"/> knows which tokens belong to which sequence. So one trunk serves ragged training batches,
/// prompts shared by a group, and decoding from a cache. Log-probabilities are computed from the hidden states in chunks
/// (<see cref="Head"/> is called on rows of them), so no caller needs <c>[B,T,V]</c> logits.
/// </remarks>
public interface ICausalLm : IDisposable
{
    /// <summary>Sizes that a layout, a cache or a caller needs.</summary>
    CausalLmShape Shape { get; }

    /// <summary>Where the weights lie.</summary>
    Device Device { get; }

    /// <summary>The type of hidden states and logits (float32 or bfloat16); master weights may be wider.</summary>
    ScalarType ComputeType { get; }

    /// <summary>Parameters by their Hugging Face names, a tied embedding once. Frozen ones have <c>requires_grad</c> false.</summary>
    IReadOnlyList<(string Name, Parameter Value)> NamedParameters { get; }

    /// <summary>Hidden states after the last norm.</summary>
    /// <param name="tokenIds">int64 <c>[N]</c>, each in [0, V).</param>
    /// <param name="layout">Positions of the tokens and what each attends to.</param>
    /// <returns><c>[N,H]</c> in <see cref="ComputeType"/>.</returns>
    Tensor Trunk(Tensor tokenIds, AttentionLayout layout);

    /// <summary>Logits over the vocabulary of any rows of hidden states.</summary>
    /// <param name="hidden"><c>[M,H]</c>.</param>
    /// <returns><c>[M,V]</c> in <see cref="ComputeType"/>.</returns>
    Tensor Head(Tensor hidden);
}
