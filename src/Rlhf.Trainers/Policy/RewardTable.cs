using System.Text.Json;
using Rlhf.Generation;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Trainers.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>
/// An iteration's rewards on the host: a column a channel and stage, a row a response. Step and token rewards are summed over a response.
/// </summary>
public sealed class RewardTable
{
    private readonly IReadOnlyList<Rollout> _rows;
    private readonly IReadOnlyList<RewardColumn> _columns;
    private readonly double?[][] _values;
    private readonly double?[] _returns;
    private readonly double?[] _advantages;

    private RewardTable(
        IReadOnlyList<Rollout> rows,
        IReadOnlyList<RewardColumn> columns,
        double?[][] values,
        double?[] returns,
        double?[] advantages
    )
    {
        (_rows, _columns, _values, _returns, _advantages) = (rows, columns, values, returns, advantages);
    }

    /// <summary>Weighted sum of the return channels of each response; null where a required one is invalid.</summary>
    public IReadOnlyList<double?> Returns => _returns;

    /// <summary>Reads rewards and advantages with one copy from the device.</summary>
    internal static RewardTable Of(RolloutBatch batch, ShapedRewards rewards, AdvantageEstimates advantages)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        List<RewardColumn> columns = [];
        List<Tensor> tensors = [];
        foreach (
            (string stage, RewardChannel channel) in rewards
                .Raw.Channels.Select(c => (CompletionTable.RawStage, c))
                .Concat(rewards.Stages.SelectMany(s => s.Channels.Select(c => (s.Stage, c))))
        )
        {
            columns.Add(new(stage, channel.Name));
            tensors.Add(SumOverRow(channel.Values));
            tensors.Add(AnyOfRow(channel.Valid));
        }

        Tensor tokens = rewards.Layout.ActionMask.sum(1).to_type(ScalarType.Float64);
        Tensor inLoss = AnyOfRow(advantages.RowsInLoss);
        tensors.AddRange([SumOverRow(advantages.Values) / tokens, inLoss, SumOverRow(advantages.Returns), inLoss]);
        int rows = batch.Rows.Count;
        double[] host = stack(tensors).cpu().data<double>().ToArray();
        double?[] Column(int c) =>
            [.. Enumerable.Range(0, rows).Select(b => host[(2 * c + 1) * rows + b] > 0 ? host[2 * c * rows + b] : (double?)null)];
        double?[][] values = [.. Enumerable.Range(0, columns.Count).Select(Column)];
        return new(batch.Rows, columns, values, Column(columns.Count + 1), Column(columns.Count));
    }

    /// <summary>The first responses to the first prompts as a table for recorders.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="step">The iteration.</param>
    /// <param name="groups">Prompts at the most.</param>
    /// <param name="samples">Responses to a prompt at the most.</param>
    public CompletionTable Completions(string phase, int step, int groups, int samples) =>
        new()
        {
            Phase = phase,
            Step = step,
            Columns = _columns,
            Rows =
            [
                .. _rows
                    .Index()
                    .GroupBy(r => r.Item.Response.VisitId)
                    .Take(groups)
                    .SelectMany(g => g.Take(samples))
                    .Select(r => Row(r.Item, r.Index)),
            ],
        };

    private CompletionRow Row(Rollout row, int b) =>
        new()
        {
            VisitId = row.Response.VisitId,
            SampleIndex = row.Response.SampleIndex,
            Prompt = row.Prompt.Problem.Question,
            Completion = row.Text,
            Reference = row.Prompt.Problem.Answer,
            FinishReason = JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Response.FinishReason.ToString()),
            ResponseTokens = row.Response.TokenIds.Length,
            Rewards = [.. _values.Select(column => column[b])],
            FinalReward = _returns[b],
            Advantage = _advantages[b],
        };

    private static Tensor SumOverRow(Tensor values) => Flat(values).to_type(ScalarType.Float64).sum(1);

    private static Tensor AnyOfRow(Tensor valid) => Flat(valid).any(1).to_type(ScalarType.Float64);

    private static Tensor Flat(Tensor x) => x.reshape(x.size(0), -1);
}
