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

    public bool ScoresPrompt => options.ScorePrompt;

    public IReadOnlyList<RewardChannel> Score(
        IReadOnlyList<Completion> completions,
        RewardLayout layout,
        ScalarType type,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(completions);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        StepMap map = layout.StepMaps[StepMap.Steps];
        int width = (int)map.Mask.size(1);
        (int[] Sequence, int[] Places)[] rows = [.. completions.Select(Encoded)];
        bool[] fits = [.. rows.Select(r => _model.Fits(r.Sequence))];
        Queue<float> read = new(_model.Read([.. rows.Where((_, b) => fits[b])], cancellationToken));
        ModelScores ofPrompts = new(rows.Length),
            ofSteps = new(rows.Length * width);
        for (int b = 0; b < rows.Length; b++)
        {
            int steps = completions[b].Steps.Count;
            if (steps > width)
            {
                throw new ArgumentException(
                    $"Completion {b} has {steps} steps, but the layout's step map has at most {width}.",
                    nameof(completions)
                );
            }

            if (fits[b] && ScoresPrompt)
            {
                ofPrompts.Set(b, read.Dequeue());
            }

            for (int k = 0; fits[b] && k < steps; k++)
            {
                ofSteps.Set(b * width + k, read.Dequeue());
            }
        }

        Device device = layout.ActionMask.device;
        Tensor scored = tensor(ofSteps.Valid, [rows.Length, width], device: device).bitwise_and(map.Mask),
            values = tensor(ofSteps.Values, [rows.Length, width], dtype: type, device: device);
        (Tensor result, Tensor known) = options.Aggregation is { } aggregation
            ? StepAggregations.Aggregate(values, map.Mask, scored, aggregation)
            : (values, scored);
        List<RewardChannel> channels = [new(Name, Granularity, result, known, options.Aggregation is null ? StepMap.Steps : null)];
        if (ScoresPrompt)
        {
            channels.Add(
                new(
                    RewardChannel.PromptName(Name),
                    RewardGranularity.Outcome,
                    tensor(ofPrompts.Values, dtype: type, device: device),
                    tensor(ofPrompts.Valid, device: device)
                )
            );
        }

        foreach (RewardChannel channel in channels)
        {
            channel.Values.MoveToOuterDisposeScope();
            channel.Valid.MoveToOuterDisposeScope();
        }

        return channels;
    }

    public void Dispose() => _model.Dispose();

    // Each part is encoded by itself, so that no token spans a place that is read: the prompt's end where it is scored, and each step's.
    private (int[] Sequence, int[] Places) Encoded(Completion completion)
    {
        List<int> sequence = [.. _model.Prompt(completion)],
            places = ScoresPrompt ? [sequence.Count - 1] : [];
        foreach (string step in completion.Steps)
        {
            sequence.AddRange(_model.Step(step, options.Separator));
            places.Add(sequence.Count - 1);
        }

        return ([.. sequence], [.. places]);
    }
}
