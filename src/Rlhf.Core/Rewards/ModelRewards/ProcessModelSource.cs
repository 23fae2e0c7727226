using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Rewards.ModelRewards;

/// <summary>A score at the end of each step, or one made of them.</summary>
internal sealed class ProcessModelSource(ProcessModelOptions options, ModelLoadOptions load) : ITensorRewardSource, IDisposable
{
    private readonly LoadedRewardModel _model = new(options, options.Activation, load);

    public string Name => options.Name;

    public RewardGranularity Granularity => options.Aggregation is null ? RewardGranularity.Step : RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => options.Aggregation == StepAggregation.MeanOdds ? null : _model.Range;

    public RewardChannel Score(IReadOnlyList<Completion> completions, RewardLayout layout, ScalarType type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(completions);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        StepMap map = layout.StepMaps[StepMap.Steps];
        int width = (int)map.Mask.size(1);
        (int[] Sequence, int[] Ends)[] rows = [.. completions.Select(Encoded)];
        bool[] fits = [.. rows.Select(r => _model.Fits(r.Sequence))];
        Queue<float> scores = new(_model.Read([.. rows.Where((_, b) => fits[b])], cancellationToken));
        double[] values = new double[rows.Length * width];
        bool[] valid = new bool[values.Length];
        for (int b = 0; b < rows.Length; b++)
        {
            if (rows[b].Ends.Length > width)
            {
                throw new ArgumentException($"Completion {b} has {rows[b].Ends.Length} steps, but the layout's step map has at most {width}.", nameof(completions));
            }

            for (int k = 0; fits[b] && k < rows[b].Ends.Length; k++)
            {
                (values[b * width + k], valid[b * width + k]) = (scores.Dequeue(), true);
            }
        }

        Device device = layout.ActionMask.device;
        Tensor scored = tensor(valid, [rows.Length, width], device: device).bitwise_and(map.Mask), steps = tensor(values, [rows.Length, width], dtype: type, device: device);
        (Tensor result, Tensor known) = options.Aggregation is { } aggregation ? StepAggregations.Aggregate(steps, map.Mask, scored, aggregation) : (steps, scored);
        return new(Name, Granularity, result.MoveToOuterDisposeScope(), known.MoveToOuterDisposeScope(), options.Aggregation is null ? StepMap.Steps : null);
    }

    public void Dispose() => _model.Dispose();

    // Each part is encoded by itself, so that no token spans the place that is read.
    private (int[] Sequence, int[] Ends) Encoded(Completion completion)
    {
        List<int> sequence = [.. _model.Prompt(completion)];
        int[] ends = new int[completion.Steps.Count];
        for (int k = 0; k < ends.Length; k++)
        {
            sequence.AddRange(_model.Encode(completion.Steps[k] + options.Separator));
            ends[k] = sequence.Count - 1;
        }

        return ([.. sequence], ends);
    }
}
