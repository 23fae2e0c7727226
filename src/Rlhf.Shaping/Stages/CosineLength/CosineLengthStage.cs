using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>lo + ½(hi − lo)(1 + cos(π·min(L/max, 1))).</summary>
internal sealed class CosineLengthStage(string name, CosineLengthOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1,
        Half = 0.5,
        Pi = Math.PI;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.By];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input)
    {
        input[options.By].RequireOutcome("the cosine length reward");
        double[] ends = [options.MinValueWrong, options.MaxValueWrong, options.MinValueCorrect, options.MaxValueCorrect];
        return input.WithNew(new(options.Into, RewardGranularity.Outcome) { Range = new(ends.Min(), ends.Max()) });
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel by = context.Observed.Find(options.By) ?? frame[options.By];
        using Scalar most = options.MaxLength;
        Tensor wave = frame.Layout.Lengths(by.Values.dtype).div(most).clamp_max(One).mul(Pi).cos().add(One).mul(Half);
        Tensor reward = by
            .Values.gt(Half)
            .Choose(
                Between(wave, options.MinValueCorrect, options.MaxValueCorrect),
                Between(wave, options.MaxValueWrong, options.MinValueWrong)
            );
        return frame.With(new(options.Into, RewardGranularity.Outcome, reward.Keep(by.Valid), by.Valid));
    }

    private static Tensor Between(Tensor wave, double low, double high)
    {
        using Scalar start = low,
            range = high - low;
        return wave.mul(range).add(start);
    }
}
