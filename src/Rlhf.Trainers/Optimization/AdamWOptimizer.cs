using Rlhf.Configuration;
using Rlhf.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Optimization;

/// <summary>AdamW over the trainable parameters of a model, in one fused operation a step, with global-norm clipping.</summary>
/// <remarks>
/// Decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) as torch computes it: θ ← θ·(1 − ηλ) − η·m̂/(√v̂ + ε).
/// The gradient norm is the L2 norm over all parameters together; gradients are scaled by min(1, c/(norm + 1e-6)).
/// Moments have their parameter's type and device. Steps and moments are the state that a checkpoint keeps.
/// </remarks>
public sealed class AdamWOptimizer : IDisposable
{
    private static readonly Scalar One = 1.0;
    private static readonly Scalar NormEpsilon = 1e-6;

    private readonly IReadOnlyList<(string Name, Parameter Value)> _parameters;
    private readonly OptimizerOptions _options;
    private LearningRateSchedule _schedule;
    private readonly List<Tensor> _firstMoments = [];
    private readonly List<Tensor> _secondMoments = [];

    /// <summary>Makes the optimizer; moments start at 0.</summary>
    /// <param name="parameters">The model's parameters; those that don't require a gradient are left alone.</param>
    /// <param name="options">Rates and bounds.</param>
    /// <param name="totalSteps">Optimizer steps of the run, for a decaying schedule; 1 or more.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public AdamWOptimizer(IEnumerable<(string Name, Parameter Value)> parameters, OptimizerOptions options, int totalSteps)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Require(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        _parameters = [.. parameters.Where(p => p.Value.requires_grad)];
        _options = options;
        _schedule = new(options.LearningRate, options.WarmupSteps, totalSteps, options.Decay, options.FinalFraction);
        foreach ((_, Parameter value) in _parameters)
        {
            _firstMoments.Add(zeros_like(value, requires_grad: false).DetachFromDisposeScope());
            _secondMoments.Add(zeros_like(value, requires_grad: false).DetachFromDisposeScope());
        }
    }

    /// <summary>Optimizer steps made so far (skipped ones not counted).</summary>
    public long StepCount { get; private set; }

    /// <summary>Rates and bounds.</summary>
    internal OptimizerOptions Options => _options;

    /// <summary>Optimizer steps before the schedule's first.</summary>
    internal long ScheduleStart
    {
        get => _schedule.Start;
        set => _schedule = _schedule with { Start = value };
    }

    /// <summary>The rate that the next <see cref="Step"/> uses.</summary>
    public double LearningRate => _schedule.At(StepCount);

    /// <summary>L2 norm of all gradients together; a parameter without gradient counts 0.</summary>
    /// <returns>A 0-d float64 tensor in the caller's scope.</returns>
    public Tensor GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor total = zeros([], ScalarType.Float64);
        List<Tensor> squares = [.. Gradients().Select(g => g.norm().to_type(ScalarType.Float64).square())];
        return (squares.Count == 0 ? total : stack(squares).sum().sqrt()).MoveToOuterDisposeScope();
    }

    /// <summary>Clips the gradients to the configured norm and moves the weights.</summary>
    /// <param name="gradientNorm">What <see cref="GradientNorm"/> gave.</param>
    public void Step(Tensor gradientNorm)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (_options.MaxGradientNorm is { } bound)
        {
            using Scalar limit = bound;
            Tensor scale = gradientNorm.add(NormEpsilon).reciprocal().mul(limit).clamp_max(One);
            foreach (Tensor gradient in Gradients())
            {
                gradient.mul_(scale.to(gradient.dtype, gradient.device));
            }
        }

        List<Tensor> weights = [],
            gradients = [],
            first = [],
            second = [];
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (_parameters[i].Value.grad is { } gradient)
            {
                weights.Add(_parameters[i].Value);
                gradients.Add(gradient);
                first.Add(_firstMoments[i]);
                second.Add(_secondMoments[i]);
            }
        }

        TorchOps.FusedAdamW(
            weights,
            gradients,
            first,
            second,
            StepCount + 1,
            LearningRate,
            _options.Beta1,
            _options.Beta2,
            _options.WeightDecay,
            _options.Epsilon
        );
        StepCount++;
    }

    /// <summary>
    /// Ends an optimizer step whose gradients are accumulated: moves the weights, or skips a step that is not finite, and clears the
    /// gradients.
    /// </summary>
    /// <param name="loss">The whole step's loss, 0-d float64.</param>
    /// <param name="rows">Indices of the step's rows, for the result.</param>
    public OptimizerStepResult FinishStep(Tensor loss, IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        Tensor norm = GradientNorm();
        double rate = LearningRate;
        double[] read = stack([loss, norm.to(loss.device)]).cpu().data<double>().ToArray();
        bool skipped = !double.IsFinite(read[0]) || !double.IsFinite(read[1]);
        if (!skipped)
        {
            Step(norm);
        }

        ZeroGradients();
        return new(read[0], read[1], rate, skipped, rows);
    }

    /// <summary>Clears all gradients; their memory goes back.</summary>
    public void ZeroGradients()
    {
        foreach ((_, Parameter value) in _parameters)
        {
            if (value.grad is { } gradient)
            {
                value.grad = null;
                gradient.Dispose();
            }
        }
    }

    /// <summary>
    /// The moments by name (<c>first.</c> and <c>second.</c> before the parameter's), for a checkpoint; still owned by this.
    /// </summary>
    public IEnumerable<(string Name, Tensor Value)> State() =>
        _parameters.SelectMany(
            (p, i) => ((string, Tensor)[])[("first." + p.Name, _firstMoments[i]), ("second." + p.Name, _secondMoments[i])]
        );

    /// <summary>Takes over a saved state.</summary>
    /// <param name="stepCount">Optimizer steps made.</param>
    /// <param name="moments">As <see cref="State"/> gave them.</param>
    /// <exception cref="InvalidDataException">A moment is missing, has another shape or type, or belongs to no parameter.</exception>
    public void Restore(long stepCount, IReadOnlyDictionary<string, Tensor> moments)
    {
        ArgumentNullException.ThrowIfNull(moments);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        HashSet<string> unread = [.. moments.Keys];
        foreach ((string name, Tensor own) in State())
        {
            if (!unread.Remove(name))
            {
                throw new InvalidDataException($"The optimizer state does not fit the model: '{name}' is missing.");
            }

            Tensor saved = moments[name];
            if (!saved.shape.SequenceEqual(own.shape) || saved.dtype != own.dtype)
            {
                throw new InvalidDataException(
                    $"The optimizer state does not fit the model: '{name}' is {saved.dtype} [{string.Join(',', saved.shape)}], and {own.dtype} [{string.Join(',', own.shape)}] is needed."
                );
            }

            own.copy_(saved);
        }

        if (unread.Count > 0)
        {
            throw new InvalidDataException(
                $"The optimizer state does not fit the model: '{unread.Order(StringComparer.Ordinal).First()}' belongs to no trained parameter."
            );
        }

        StepCount = stepCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor moment in _firstMoments.Concat(_secondMoments))
        {
            moment.Dispose();
        }
    }

    private IEnumerable<Tensor> Gradients() => _parameters.Select(p => p.Value.grad).OfType<Tensor>();
}
