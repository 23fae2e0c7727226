using Rlhf.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>A policy that draws every token from one distribution, whatever came before: its logits are its only parameter.</summary>
internal sealed class CategoricalPolicy(params float[] logits) : ICausalLm
{
    private readonly Parameter _logits = new(tensor(logits));

    public CausalLmShape Shape => new(1, logits.Length, 1, 1, logits.Length, logits.Length, 1 << 20);

    public Device Device => CPU;

    public ScalarType ComputeType => ScalarType.Float32;

    public IReadOnlyList<(string Name, Parameter Value)> NamedParameters => [("logits", _logits)];

    /// <summary>log π of each action.</summary>
    public float[] LogProbabilities
    {
        get
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            return [.. (_logits - _logits.logsumexp(0)).data<float>()];
        }
    }

    public double[] Probabilities => [.. LogProbabilities.Select(p => Math.Exp(p))];

    public Tensor Trunk(Tensor tokenIds, AttentionLayout layout) => _logits.unsqueeze(0).expand(tokenIds.size(0), logits.Length);

    public Tensor Head(Tensor hidden) => hidden;

    public void Dispose() => _logits.Dispose();
}
