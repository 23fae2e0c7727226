using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.ModelRewards;

/// <summary>A score at the end of each step, or one made of them.</summary>
internal sealed class ProcessModelSource(ProcessModelOptions options, ModelLoadOptions load) : ITensorRewardSource, IDisposable
{
    private readonly LoadedRewardModel _model = new(options, options.Activation, load);

    private ModelScores? _last;

    public string Name => options.Name;

    public RewardGranularity Granularity => options.Aggregation is null ? RewardGranularity.Step : RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => options.Aggregation == StepAggregation.MeanOdds ? null : _model.Range;

    public bool ScoresPrompt => options.ScorePrompt;

    public IReadOnlyList<RewardChannel> Score(
        IReadOnlyList<Completion> completions,
        BatchLayout layout,
        ScalarType type,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(completions);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        StepMap map = layout.StepMaps[StepMap.Steps];
        int width = (int)map.Mask.size(1);
        bool[][] wanted = [.. completions.Select(Wanted)];
        (int[] Sequence, int[] Places)[] rows = [.. completions.Zip(wanted, Encoded)];
        bool[] fits = [.. rows.Select(r => r.Places.Length > 0 && _model.Fits(r.Sequence))];
        Queue<float> read = new(_model.Read([.. rows.Where((_, b) => fits[b])], cancellationToken));
        ModelScores ofPrompts = new(rows.Length, rows.Length),
            ofSteps = new(rows.Length * width, rows.Length);
        bool[] aggregated = new bool[rows.Length * width];
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

            if (!fits[b] && rows[b].Places.Length > 0)
            {
                ofSteps.TooLong(b, rows[b].Sequence.Length, _model.MaxTokens);
            }

            if (fits[b] && ScoresPrompt)
            {
                ofPrompts.Set(b, read.Dequeue());
            }

            // What is aggregated stands at the front, as if the other steps were not there.
            for (int k = 0, place = 0; k < steps; k++)
            {
                if (wanted[b][k])
                {
                    int at = b * width + (options.Aggregation is null ? k : place++);
                    aggregated[at] = true;
                    if (fits[b])
                    {
                        ofSteps.Set(at, read.Dequeue());
                    }
                }
            }
        }

        _last = ofSteps;
        Device device = layout.ActionMask.device;
        Tensor mask = options.Thoughts == ThoughtText.Include ? map.Mask : tensor(aggregated, [rows.Length, width], device: device),
            scored = tensor(ofSteps.Valid, [rows.Length, width], device: device).bitwise_and(mask),
            values = tensor(ofSteps.Values, [rows.Length, width], dtype: type, device: device);
        (Tensor result, Tensor known) = options.Aggregation is { } aggregation
            ? StepAggregations.Aggregate(values, mask, scored, aggregation)
            : (values, scored);
        List<RewardChannel> channels = [new(Name, Granularity, result, known, options.Aggregation is null ? StepMap.Steps : null)];
        if (ScoresPrompt)
        {
            channels.Add(
                new(
                    ChannelNames.Prompt(Name),
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

    public (ScoreFailure Cause, string What)? WhyInvalid(int row) => _last?.Why(row);

    public void Dispose() => _model.Dispose();

    // Which steps the model sees: all, or those outside or within thoughts.
    private bool[] Wanted(Completion completion) =>
        options.Thoughts == ThoughtText.Include
            ? [.. completion.Steps.Select(_ => true)]
            : [.. Thoughts.OfSteps(completion).Select(within => within == (options.Thoughts == ThoughtText.Only))];

    // Each part is encoded by itself, so that no token spans a place that is read: the prompt's end where it is scored, and each step's.
    private (int[] Sequence, int[] Places) Encoded(Completion completion, bool[] wanted)
    {
        List<int> sequence = [.. _model.Prompt(completion)],
            places = ScoresPrompt ? [sequence.Count - 1] : [];
        foreach (string step in completion.Steps.Where((_, k) => wanted[k]))
        {
            sequence.AddRange(_model.Step(step, options.Separator));
            places.Add(sequence.Count - 1);
        }

        return ([.. sequence], [.. places]);
    }
}
