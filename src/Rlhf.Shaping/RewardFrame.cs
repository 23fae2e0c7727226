using Rlhf.Configuration;
using Rlhf.Rewards;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>The rewards of a batch: its layout and its channels in order. Immutable; a stage returns a new frame.</summary>
/// <remarks>Not disposable: its tensors belong to the dispose scope that was open when they were made.</remarks>
public sealed class RewardFrame
{
    /// <summary>A frame.</summary>
    /// <param name="layout">The batch.</param>
    /// <param name="channels">Its rewards, each name once.</param>
    /// <exception cref="RewardPipelineException">A channel's name comes twice, or its shape, type or step map does not fit the
    /// layout.</exception>
    public RewardFrame(BatchLayout layout, IReadOnlyList<RewardChannel> channels)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(channels);
        Layout = layout;
        Channels = [.. channels];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (RewardChannel channel in Channels)
        {
            if (!names.Add(channel.Name))
            {
                throw new RewardPipelineException(
                    $"channel '{channel.Name}' comes twice; each channel of a frame needs a name of its own."
                );
            }

            CheckShape(channel);
        }
    }

    /// <summary>The batch: masks, step maps, keys of rows.</summary>
    public BatchLayout Layout { get; }

    /// <summary>The channels in order.</summary>
    public IReadOnlyList<RewardChannel> Channels { get; }

    /// <summary>
    /// The type of the rewards. The trainer's is float64: in float32 rewards such as 1e8 + i would be one value.
    /// </summary>
    public ScalarType Dtype => Channels.Count > 0 ? Channels[0].Values.dtype : ScalarType.Float32;

    /// <summary>The channel of a name.</summary>
    /// <exception cref="RewardPipelineException">There is none.</exception>
    public RewardChannel this[string name] =>
        Find(name)
        ?? throw new RewardPipelineException(
            $"there is no channel '{name}'; channels here: {string.Join(", ", Channels.Select(c => c.Name))}.{Suggestion.Ask(name, Channels.Select(c => c.Name))}"
        );

    /// <summary>The channel of a name, or null.</summary>
    public RewardChannel? Find(string name) => Channels.FirstOrDefault(c => c.Name == name);

    /// <summary>This frame with a channel replaced, in its place, or added at the end.</summary>
    public RewardFrame With(RewardChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Find(channel.Name) is null
            ? new(Layout, [.. Channels, channel])
            : new(Layout, [.. Channels.Select(c => c.Name == channel.Name ? channel : c)]);
    }

    /// <summary>The step map of a step channel.</summary>
    /// <exception cref="RewardPipelineException">The channel has no steps.</exception>
    public StepMap StepsOf(RewardChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.StepMap is { } map && Layout.StepMaps.TryGetValue(map, out StepMap? steps)
            ? steps
            : throw new RewardPipelineException(
                $"channel '{channel.Name}' names the step map '{channel.StepMap}', which this batch does not have."
            );
    }

    /// <summary>
    /// The entries that a channel could have values for, scored or not: bool <c>[B]</c> all true, the steps that are there <c>[B,K]</c>, or
    /// the action tokens <c>[B,R]</c>.
    /// </summary>
    public Tensor EntriesOf(RewardChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Granularity switch
        {
            RewardGranularity.Outcome => ones_like(channel.Valid),
            RewardGranularity.Step => StepsOf(channel).Mask,
            _ => Layout.ActionMask,
        };
    }

    private void CheckShape(RewardChannel channel)
    {
        if ((channel.Granularity == RewardGranularity.Step) != (channel.StepMap is not null))
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}': a step channel names its step map and no other does; granularity {channel.Granularity}, map '{channel.StepMap}'."
            );
        }

        long[] expected = channel.Granularity switch
        {
            RewardGranularity.Outcome => [Layout.Rows],
            RewardGranularity.Step => StepsOf(channel).Mask.shape,
            _ => Layout.ActionMask.shape,
        };
        if (!channel.Values.shape.SequenceEqual(expected) || !channel.Valid.shape.SequenceEqual(expected))
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}': values [{string.Join(',', channel.Values.shape)}] and valid [{string.Join(',', channel.Valid.shape)}] "
                    + $"should both be [{string.Join(',', expected)}] for granularity {channel.Granularity}."
            );
        }

        if (!channel.Values.is_floating_point() || channel.Valid.dtype != ScalarType.Bool)
        {
            throw new RewardPipelineException(
                $"channel '{channel.Name}': values are {channel.Values.dtype} and valid is {channel.Valid.dtype}; a floating-point type and Bool are needed."
            );
        }
    }
}
