using Rlhf.Rewards;
using static TorchSharp.torch;

namespace Rlhf.Tests.Shaping;

/// <summary>Makes small reward frames from lists, and lists from channels. Null is invalid.</summary>
internal sealed class RewardBatch
{
    /// <summary>Steps of each row; each step is two tokens long.</summary>
    public required int[] StepCounts { get; init; }

    /// <summary>Group of each row; by default all in one.</summary>
    public long[]? Groups { get; init; }

    public long[]? Visits { get; init; }

    public long[]? Samples { get; init; }

    public bool[]? IsPolicy { get; init; }

    /// <summary>Columns of steps beyond those that the longest row needs.</summary>
    public int ExtraSteps { get; init; }

    public ScalarType Dtype { get; init; } = ScalarType.Float64;

    public Device Device { get; init; } = CPU;

    private int Rows => StepCounts.Length;

    private int K => StepCounts.Append(0).Max() + ExtraSteps;

    private int R => Math.Max(1, 2 * K);

    public BatchLayout Layout()
    {
        long[] groups = Groups ?? new long[Rows];
        Tensor steps = tensor([.. StepCounts.Select(n => (long)n)], [Rows, 1]);
        Tensor stepMask = arange(K, ScalarType.Int64).lt(steps);
        Tensor ends = where(stepMask, arange(K, ScalarType.Int64).mul(2).add(1), zeros(1, ScalarType.Int64));
        Tensor tokens = arange(R, ScalarType.Int64).lt(steps.mul(2).clamp_min(1));
        return new()
        {
            ActionMask = tokens.to(Device),
            ResponseMask = tokens.clone().to(Device),
            PromptVisitId = tensor(Visits ?? groups).to(Device),
            SampleIndex = tensor(Samples ?? SampleIndices(groups)).to(Device),
            GroupIndex = tensor(groups).to(Device),
            Groups = (int)groups.Append(-1).Max() + 1,
            IsPolicy = tensor(IsPolicy ?? [.. Enumerable.Repeat(true, Rows)]).to(Device),
            Truncated = zeros([Rows], ScalarType.Bool).to(Device),
            PolicyLogProbs = LogProbs(tokens, 0.3).to(Device),
            ReferenceLogProbs = LogProbs(tokens, 0.7).to(Device),
            StepMaps = new Dictionary<string, StepMap>(StringComparer.Ordinal)
            {
                [StepMap.Steps] = new(StepMap.Steps, ends.to(Device), stepMask.to(Device), stepMask.clone().to(Device)),
            },
        };
    }

    // A number of its own a token, the same whatever the padding.
    private Tensor LogProbs(Tensor tokens, double rate) =>
        arange(R, Dtype)
            .mul(rate)
            .add(tensor([.. StepCounts.Select(n => (double)n)], [Rows, 1], Dtype))
            .sin()
            .sub(1.5)
            .mul(tokens.to_type(Dtype));

    public RewardChannel Outcome(string name, params double?[] values) =>
        new(name, RewardGranularity.Outcome, Values(values, [Rows]), Valid(values, [Rows]));

    public RewardChannel Steps(string name, params double?[][] rows)
    {
        int width = K;
        double?[] padded = [.. rows.SelectMany(r => r.Concat(Enumerable.Repeat<double?>(null, width - r.Length)))];
        return new(name, RewardGranularity.Step, Values(padded, [Rows, width]), Valid(padded, [Rows, width]), StepMap.Steps);
    }

    public RewardChannel Tokens(string name, double value)
    {
        Tensor mask = Layout().ActionMask;
        return new(name, RewardGranularity.Token, mask.to_type(Dtype).mul(value), mask);
    }

    public static double?[] Read(RewardChannel outcome)
    {
        double[] values = [.. outcome.Values.to(ScalarType.Float64).data<double>()];
        bool[] valid = [.. outcome.Valid.data<bool>()];
        Assert.All(
            values.Zip(valid),
            v => Assert.True(v.Second || v.First == 0, $"{outcome.Name}: an invalid entry has the value {v.First}")
        );
        return [.. values.Zip(valid, (value, ok) => ok ? value : (double?)null)];
    }

    /// <summary>The first steps of each row; asserts that what lies beyond is invalid.</summary>
    public double?[][] ReadSteps(RewardChannel channel)
    {
        double?[] flat = Read(channel);
        int width = (int)channel.Values.size(1);
        return
        [
            .. StepCounts.Select(
                (count, row) =>
                {
                    Assert.All(flat[(row * width + count)..((row + 1) * width)], beyond => Assert.Null(beyond));
                    return flat[(row * width)..(row * width + count)];
                }
            ),
        ];
    }

    private Tensor Values(double?[] values, long[] shape) => tensor([.. values.Select(v => v ?? 0)], shape, Dtype).to(Device);

    private Tensor Valid(double?[] values, long[] shape) => tensor([.. values.Select(v => v is not null)], shape).to(Device);

    private static long[] SampleIndices(long[] groups) => [.. groups.Select((g, i) => (long)groups.Take(i).Count(other => other == g))];
}
