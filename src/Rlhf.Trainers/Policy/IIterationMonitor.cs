using Rlhf.Generation;

namespace Rlhf.Trainers.Policy;

/// <summary>Watches an iteration: how far its parts are and how long they take.</summary>
public interface IIterationMonitor
{
    /// <summary>Told of sampled tokens; may be null.</summary>
    IProgress<RolloutProgress>? Rollout { get; }

    /// <summary>Told of scored completions; may be null.</summary>
    IProgress<int>? Scoring { get; }

    /// <summary>Told the share of the update that is done; may be null.</summary>
    IProgress<double>? Update { get; }

    /// <summary>Runs a part and measures it.</summary>
    T Time<T>(string activity, Func<T> work);
}

/// <summary>A monitor that does nothing.</summary>
internal sealed class NoMonitor : IIterationMonitor
{
    public static readonly NoMonitor Instance = new();

    public IProgress<RolloutProgress>? Rollout => null;

    public IProgress<int>? Scoring => null;

    public IProgress<double>? Update => null;

    public T Time<T>(string activity, Func<T> work) => work();
}
