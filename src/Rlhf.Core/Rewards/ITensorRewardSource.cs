using Rlhf.Scoring;
using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>Scores completions by a model, on the thread that owns torch: an outcome or process reward model.</summary>
public interface ITensorRewardSource
{
    /// <summary>The channel that holds its scores.</summary>
    string Name { get; }

    /// <summary>What a score belongs to.</summary>
    RewardGranularity Granularity { get; }

    /// <summary>The bounds of its scores; null where there are none.</summary>
    (double Minimum, double Maximum)? Range => null;

    /// <summary>Whether it also scores each prompt alone, in a companion outcome channel <see cref="ChannelNames.Prompt"/>.</summary>
    bool ScoresPrompt => false;

    /// <summary>Scores a batch. Called before the host sources, without gradient.</summary>
    /// <param name="completions">B completions.</param>
    /// <param name="layout">Their masks and step maps, on the device where the channel should lie.</param>
    /// <param name="type">The channel's floating-point type.</param>
    /// <param name="cancellationToken">Looked at between two micro-batches.</param>
    /// <returns>The channel, and its companion where there is one, in the caller's dispose scope. What cannot be scored is invalid, never
    /// 0.</returns>
    IReadOnlyList<RewardChannel> Score(
        IReadOnlyList<Completion> completions,
        BatchLayout layout,
        ScalarType type,
        CancellationToken cancellationToken = default
    );

    /// <summary>Why an entry of a row of the batch scored last is invalid; null where it does not know or there is none.</summary>
    /// <param name="row">The row, from 0.</param>
    (ScoreFailure Cause, string What)? WhyInvalid(int row) => null;
}
