using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>clamp((max − cache − L) / cache, −1, 0).</summary>
internal sealed class SoftOverlongStage(string name, SoftOverlongOptions options) : IRewardTransform
{
    private static readonly Scalar Zero = 0,
        MinusOne = -1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public bool PenalisesOverlong => true;

    public RewardSchema Configure(RewardSchema input) => input.WithNew(new(options.Into, RewardGranularity.Outcome) { Range = new(-1, 0) });

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        // Lengths are whole, so without a cache a divisor of 1 makes everything beyond −1.
        using Scalar start = options.MaxLength - options.Cache,
            cache = Math.Max(options.Cache, 1);
        Tensor length = frame.Layout.Lengths(frame.Dtype);
        Tensor penalty = length.neg().add(start).div(cache).clamp(MinusOne, Zero);
        return frame.With(new(options.Into, RewardGranularity.Outcome, penalty, ones_like(penalty, ScalarType.Bool)));
    }
}
