using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>s ← min(s + α·p, cap) where s &lt; τ.</summary>
internal sealed class CalibrateStage(string name, CalibrateOptions options) : IRewardTransform
{
    private static readonly Scalar Half = 0.5;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } =
        options.Format is { } format ? [options.Channel, options.By, format] : [options.Channel, options.By];

    public IReadOnlyList<string> Writes { get; } = [options.Channel];

    public RewardSchema Configure(RewardSchema input)
    {
        foreach (string read in Reads)
        {
            input[read].RequireOutcome("calibration");
        }

        ChannelSchema channel = input[options.Channel];
        RewardRange? scores = options.Format is null ? channel.Range : channel.Range?.Including(0),
            range = null;
        if (scores is { } s && input[options.By].Range is { } p)
        {
            double lowest = s.Minimum + options.Alpha * Math.Min(p.Minimum, 0),
                highest = options.Threshold + options.Alpha * Math.Max(p.Maximum, 0);
            range = new(Math.Min(lowest, options.Cap ?? lowest), Math.Max(s.Maximum, Math.Min(highest, options.Cap ?? highest)));
        }

        return input.With(
            channel with
            {
                Range = range,
                Levels = null,
                IsCausal = Reads.All(c => input[c].IsCausal),
                Normalisation =
                    channel.Normalisation == Normalisation.None && input[options.By].Normalisation != Normalisation.None
                        ? Normalisation.Parts
                        : channel.Normalisation,
            }
        );
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel],
            by = frame[options.By];
        Tensor scores = channel.Values,
            valid = channel.Valid,
            patterns = by.Values.Keep(by.Valid);
        if (options.Format is { } name)
        {
            RewardChannel format = context.Observed.Find(name) ?? frame[name];
            Tensor hasForm = format.Values.gt(Half).bitwise_and(format.Valid);
            (scores, valid, patterns) = (scores.Keep(hasForm), valid.bitwise_and(format.Valid), patterns.Keep(hasForm));
        }

        return frame.With(
            channel with
            {
                Values = (context.IsTraining ? Raised(scores, valid, patterns, context) : scores).Keep(valid),
                Valid = valid,
            }
        );
    }

    private Tensor Raised(Tensor scores, Tensor valid, Tensor patterns, RewardContext context)
    {
        using Scalar threshold = options.Threshold,
            alpha = options.Alpha;
        Tensor low = scores.lt(threshold),
            raised = scores.add(patterns.mul(alpha));
        if (options.Cap is { } cap)
        {
            using Scalar most = cap;
            raised = raised.clamp_max(most);
        }

        context.Metrics.AddShare("below_threshold", low, valid, $"valid entries of {options.Channel}");
        return low.Choose(raised, scores);
    }
}
