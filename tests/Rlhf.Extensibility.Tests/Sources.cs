using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using static TorchSharp.torch;

namespace Rlhf.Extensibility.Tests;

/// <summary>A source on the host: 1 where the response says a word.</summary>
public sealed class SaysWordOptions : RewardSourceOptions
{
    public override string Name { get; init; } = "says";

    public required string Word { get; init; }

    public IRewardSource Create() => FunctionRewardSource.Outcome(Name, c => c.Text.Contains(Word, StringComparison.Ordinal) ? 1 : 0);
}

/// <summary>A tensor source: minus the response's tokens, over a number.</summary>
public sealed class TokenCostOptions : RewardSourceOptions
{
    public override string Name { get; init; } = "cost";

    public double Divisor { get; init; } = 100;
}

internal sealed class TokenCost(TokenCostOptions options) : ITensorRewardSource
{
    public string Name => options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public IReadOnlyList<RewardChannel> Score(
        IReadOnlyList<Completion> completions,
        BatchLayout layout,
        ScalarType type,
        CancellationToken cancellationToken = default
    )
    {
        using TorchSharp.Scalar divisor = -options.Divisor;
        Tensor cost = layout.ActionMask.sum(1).to_type(type).div(divisor);
        return [new(Name, Granularity, cost, ones_like(cost, ScalarType.Bool))];
    }
}
