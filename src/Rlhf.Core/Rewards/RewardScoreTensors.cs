using Rlhf.Scoring;
using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>Makes channels of what host sources say.</summary>
public static class RewardScoreTensors
{
    /// <summary>
    /// The scores as channels, in the sources' order: outcome scores <c>[B]</c>, step scores <c>[B,K]</c> over the layout's step map
    /// <c>steps</c>, by step index. Where a verifier says whether it found an answer, its companion <c>name.answered</c> (0 or 1,
    /// <c>[B]</c>) follows. Invalid entries, steps that are not there included, hold 0.
    /// </summary>
    /// <param name="scores">What the sources say.</param>
    /// <param name="layout">The batch whose B rows were scored, in the same order.</param>
    /// <param name="device">Where the channels live: the layout's device.</param>
    /// <param name="type">Their floating-point type.</param>
    /// <exception cref="ArgumentException">The layout has another number of rows, no step map for step scores, or fewer steps than were
    /// scored.</exception>
    public static IReadOnlyList<RewardChannel> ToChannels(this RewardScores scores, BatchLayout layout, Device device, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.Rows != scores.Rows)
        {
            throw new ArgumentException($"The layout has {layout.Rows} rows, but {scores.Rows} completions were scored.", nameof(layout));
        }

        using var scope = NewDisposeScope();
        List<RewardChannel> channels = [];
        foreach (SourceScores source in scores.Sources)
        {
            channels.Add(
                source.Granularity == RewardGranularity.Step
                    ? StepChannel(source, layout, device, type)
                    : OutcomeChannel(source.Name, [.. source.Values.Select(v => v[0])], device, type)
            );
            if (source.Answered is { } answered)
            {
                double?[] flags = [.. answered.Select(a => a is { } found ? (found ? 1.0 : 0.0) : (double?)null)];
                channels.Add(OutcomeChannel(ChannelNames.Answered(source.Name), flags, device, type));
            }
        }

        channels.ForEach(c => scope.MoveToOuter(c.Values, c.Valid));
        return channels;
    }

    private static RewardChannel OutcomeChannel(string name, double?[] values, Device device, ScalarType type) =>
        new(name, RewardGranularity.Outcome, Values(values, [values.Length], device, type), Given(values, [values.Length], device));

    private static RewardChannel StepChannel(SourceScores source, BatchLayout layout, Device device, ScalarType type)
    {
        if (!layout.StepMaps.TryGetValue(StepMap.Steps, out StepMap? map))
        {
            throw new ArgumentException(
                $"Source '{source.Name}' scores steps, but the layout has no step map '{StepMap.Steps}'.",
                nameof(layout)
            );
        }

        int rows = source.Values.Length,
            steps = (int)map.Mask.size(1);
        double?[] padded = new double?[rows * steps];
        for (int row = 0; row < rows; row++)
        {
            if (source.Values[row].Length > steps)
            {
                throw new ArgumentException(
                    $"Source '{source.Name}' scored {source.Values[row].Length} steps of row {row}, but the layout's step map has at most {steps}.",
                    nameof(layout)
                );
            }

            source.Values[row].CopyTo(padded, row * steps);
        }

        Tensor valid = Given(padded, [rows, steps], device).logical_and(map.Mask);
        Tensor values = Values(padded, [rows, steps], device, type).masked_fill(valid.logical_not(), Zero);
        return new(source.Name, RewardGranularity.Step, values, valid, StepMap.Steps);
    }

    private static readonly TorchSharp.Scalar Zero = 0.0;

    private static Tensor Values(double?[] values, long[] shape, Device device, ScalarType type) =>
        tensor([.. values.Select(v => v ?? 0)], shape, dtype: type, device: device);

    private static Tensor Given(double?[] values, long[] shape, Device device) =>
        tensor([.. values.Select(v => v.HasValue)], shape, dtype: ScalarType.Bool, device: device);
}
