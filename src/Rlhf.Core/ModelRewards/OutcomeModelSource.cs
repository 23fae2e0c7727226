using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using static TorchSharp.torch;

namespace Rlhf.ModelRewards;

/// <summary>A score at the last token of prompt and response that is not padding.</summary>
internal sealed class OutcomeModelSource(OutcomeModelOptions options, ModelLoadOptions load) : ITensorRewardSource, IDisposable
{
    private readonly LoadedRewardModel _model = new(options, options.Activation, load);

    private ModelScores? _last;

    public string Name => options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public (double Minimum, double Maximum)? Range => _model.Range;

    public IReadOnlyList<RewardChannel> Score(
        IReadOnlyList<Completion> completions,
        BatchLayout layout,
        ScalarType type,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(completions);
        ArgumentNullException.ThrowIfNull(layout);
        int[][] sequences = [.. completions.Select(_model.Whole)];
        bool[] fits = [.. sequences.Select(_model.Fits)];
        Queue<float> read = new(
            _model.Read([.. sequences.Where((_, b) => fits[b]).Select(s => (s, new[] { _model.ScoredToken(s) }))], cancellationToken)
        );
        ModelScores scores = new(sequences.Length, sequences.Length);
        for (int b = 0; b < sequences.Length; b++)
        {
            if (fits[b])
            {
                scores.Set(b, read.Dequeue());
            }
            else
            {
                scores.TooLong(b, sequences[b].Length, _model.MaxTokens);
            }
        }

        _last = scores;

        Device device = layout.ActionMask.device;
        return [new(Name, Granularity, tensor(scores.Values, dtype: type, device: device), tensor(scores.Valid, device: device))];
    }

    public (ScoreFailure Cause, string What)? WhyInvalid(int row) => _last?.Why(row);

    public void Dispose() => _model.Dispose();
}
