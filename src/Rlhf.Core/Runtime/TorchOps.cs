using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Runtime;

/// <summary>Operations of libtorch that TorchSharp does not wrap, reached through one TorchScript function each.</summary>
/// <remarks>
/// The script's types are checked when it is compiled and a call's arguments by the methods here, because a mistake in either can end the
/// process.
/// One operation a script: TorchScript's profiling executor optimises a function again after its first calls.
/// </remarks>
public static class TorchOps
{
    private static readonly Lazy<jit.CompilationUnit> RmsNormScript = Compile(
        """
        def rms_norm(x, w, eps: float):
            return torch.rms_norm(x, [x.size(-1)], w, eps)
        """
    );

    private static readonly Lazy<jit.CompilationUnit> FusedAdamWScript = Compile(
        """
        def fused_adamw(w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], lr: float, b1: float, b2: float, wd: float, eps: float):
            torch._fused_adamw_(w, g, m, v, [], s, lr=lr, beta1=b1, beta2=b2, weight_decay=wd, eps=eps, amsgrad=False, maximize=False)
            return s[0]
        """
    );

    /// <summary>x / √(mean(x²) + ε) · w over the last dimension (Zhang and Sennrich, arXiv 1910.07467), with gradient.</summary>
    /// <param name="x"><c>[…,H]</c>, floating point.</param>
    /// <param name="weight"><c>[H]</c> of the same type.</param>
    /// <param name="epsilon">ε, a held scalar.</param>
    /// <exception cref="ArgumentException">The shapes or types do not fit.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor weight, Scalar epsilon)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.dim() != 1 || x.dim() == 0 || x.size(-1) != weight.size(0) || x.dtype != weight.dtype)
        {
            throw new ArgumentException(
                $"RMSNorm of {x.dtype} [{string.Join(',', x.shape)}] with weight {weight.dtype} [{string.Join(',', weight.shape)}]."
            );
        }

        return (Tensor)RmsNormScript.Value.invoke("rms_norm", x, weight, epsilon);
    }

    /// <summary>One AdamW step over all parameters at once, in place: θ ← θ·(1 − ηλ) − η·m̂/(√v̂ + ε).</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="gradients">Their gradients, of the same shapes.</param>
    /// <param name="firstMoments">m.</param>
    /// <param name="secondMoments">v.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a shape, type or device in one of them.</exception>
    public static void FusedAdamW(
        IReadOnlyList<Tensor> parameters,
        IReadOnlyList<Tensor> gradients,
        IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments,
        long step,
        double learningRate,
        double beta1,
        double beta2,
        double weightDecay,
        double epsilon
    )
    {
        ArgumentNullException.ThrowIfNull(parameters);
        CheckAlike(parameters, gradients, nameof(gradients));
        CheckAlike(parameters, firstMoments, nameof(firstMoments));
        CheckAlike(parameters, secondMoments, nameof(secondMoments));
        if (parameters.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Scalar rate = learningRate,
            b1 = beta1,
            b2 = beta2,
            decay = weightDecay,
            eps = epsilon;

        Tensor[] steps = [.. parameters.Select(p => tensor((float)step, device: p.device))];
        FusedAdamWScript.Value.invoke(
            "fused_adamw",
            parameters.ToArray(),
            gradients.ToArray(),
            firstMoments.ToArray(),
            secondMoments.ToArray(),
            steps,
            rate,
            b1,
            b2,
            decay,
            eps
        );
    }

    private static void CheckAlike(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> others, string name)
    {
        if (others.Count != parameters.Count)
        {
            throw new ArgumentException($"{parameters.Count} parameters and {others.Count} {name}.", name);
        }

        for (int i = 0; i < others.Count; i++)
        {
            (Tensor p, Tensor o) = (parameters[i], others[i]);
            if (p.dtype != o.dtype || p.device_type != o.device_type || !p.shape.SequenceEqual(o.shape))
            {
                throw new ArgumentException(
                    $"Parameter {i} is {p.dtype} [{string.Join(',', p.shape)}], its entry in {name} {o.dtype} [{string.Join(',', o.shape)}].",
                    name
                );
            }
        }
    }

    private static Lazy<jit.CompilationUnit> Compile(string script) =>
        new(() =>
        {
#pragma warning disable RS0030 // This is the one place whose scripts are known to be good.
            return jit.compile(script + "\n");
#pragma warning restore RS0030
        });
}
