using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>What a stage gets beside the frame: the view of rewards it may need, random numbers, its state and its metrics.</summary>
public sealed class RewardContext
{
    private readonly CounterRandom _random;
    private readonly StageState _state;

    internal RewardContext(
        bool isTraining,
        long iteration,
        RewardFrame observed,
        CounterRandom random,
        StageState state,
        StageMetrics metrics
    )
    {
        IsTraining = isTraining;
        Iteration = iteration;
        Observed = observed;
        _random = random;
        _state = state;
        Metrics = metrics;
    }

    /// <summary>Training, or evaluation: without noise, and with the state read but not written.</summary>
    public bool IsTraining { get; }

    /// <summary>The iteration's number.</summary>
    public long Iteration { get; }

    /// <summary>
    /// The rewards as observed: after all noise stages, before any shaping. Thresholds compare these, so that weights and normalisation do
    /// not move them. A noise stage finds here what the noise stages before it left.
    /// </summary>
    public RewardFrame Observed { get; }

    /// <summary>The stage's metrics, which appear as <c>shaping/stage/name</c>.</summary>
    public StageMetrics Metrics { get; }

    /// <summary>
    /// Uniforms in [0, 1), a pure function of (run's seed, stage's name, keys): independent of the batch's composition and order, and
    /// reproduced by a resume.
    /// </summary>
    /// <param name="keys">int64 tensors that broadcast: the prompt visit, then the sample's index, then the position, as many as the number
    /// should depend on.</param>
    /// <returns>float64, of the keys' broadcast shape.</returns>
    public Tensor Uniform(params ReadOnlySpan<Tensor> keys) => _random.Uniform(keys);

    /// <summary>A tensor of the stage's state as it was before this iteration; null until one was set.</summary>
    public Tensor? GetState(string name) => _state.Get(name);

    /// <summary>Sets a tensor of the stage's state, which the next iteration sees. Does nothing in evaluation.</summary>
    /// <param name="name">The tensor's name in the stage's state.</param>
    /// <param name="value">The value; copied.</param>
    public void SetState(string name, Tensor value)
    {
        if (IsTraining)
        {
            _state.Set(name, value);
        }
    }
}
