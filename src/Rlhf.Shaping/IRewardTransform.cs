namespace Rlhf.Shaping;

/// <summary>A stage of a reward pipeline: a pure function from a frame and its context to a new frame.</summary>
/// <remarks>
/// A stage runs on whatever device the frame is on, without element loops, host reads or copies, and so on the meta device, too. It never
/// disposes, never writes in place and makes tensors of its input's type. What is invalid stays invalid with value 0 and influences
/// nothing. It has no state or random numbers of its own: both come from the context. The pipeline holds it to this: channels, types,
/// devices and freed tensors are checked when it returns; values that are not finite and writing in place when the iteration's metrics are
/// read, so that nothing is read for it. For the check of in-place writes a stage that is not the library's own costs a copy of the
/// channels that it is given.
/// </remarks>
public interface IRewardTransform
{
    /// <summary>The stage's name, unique in its pipeline: it keys random numbers, state and metrics.</summary>
    string Name { get; }

    /// <summary>Channels that must be there.</summary>
    IReadOnlyList<string> Reads { get; }

    /// <summary>Channels that it replaces or adds.</summary>
    IReadOnlyList<string> Writes { get; }

    /// <summary>
    /// Whether it reads <see cref="Rlhf.Rewards.BatchLayout.ReferenceLogProbs"/>, for which a trainer has to keep a reference policy.
    /// </summary>
    bool NeedsReference => false;

    /// <summary>
    /// Whether the stage penalises responses for being too long, so that leaving those that were cut off out of the loss would undo it.
    /// </summary>
    bool PenalisesOverlong => false;

    /// <summary>Checks the channels that come in and says what goes out.</summary>
    /// <exception cref="RewardPipelineException">The stage cannot work on these channels. The builder puts the stage's name before the
    /// message.</exception>
    RewardSchema Configure(RewardSchema input);

    /// <summary>Transforms a frame. Called under no-grad, with a dispose scope open.</summary>
    RewardFrame Apply(RewardFrame frame, RewardContext context);
}
