using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>r on the last token, r/n on each token, or r/K on each step.</summary>
internal sealed class SpreadStage(string name, SpreadOptions options) : IRewardTransform
{
    private static readonly Scalar One = 1;

    public string Name => name;

    public IReadOnlyList<string> Reads { get; } = [options.Channel];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    private bool OverSteps => options.Over == SpreadOver.Steps;

    public RewardSchema Configure(RewardSchema input)
    {
        ChannelSchema channel = input[options.Channel].RequireOutcome("spreading");
        return input.WithNew(
            new(options.Into, OverSteps ? RewardGranularity.Step : RewardGranularity.Token, OverSteps ? StepMap.Steps : null)
            {
                Range = channel.Range?.Including(0),
                Normalisation = channel.Normalisation,

                // A share that every earlier place gets, too, tells it of the end.
                IsCausal = channel.IsCausal && options.Over == SpreadOver.LastToken,
            }
        );
    }

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        RewardChannel channel = frame[options.Channel];
        Tensor places = OverSteps ? frame.Layout.StepMaps[StepMap.Steps].Mask : frame.Layout.ActionMask;
        if (options.Over == SpreadOver.LastToken && places.size(1) > 0)
        {
            places = places.bitwise_and(places.cumsum(1).eq(places.sum(1, keepdim: true)));
        }

        Tensor valid = places.bitwise_and(channel.Valid.unsqueeze(1));
        Tensor share = channel.Values.div(places.sum(1).clamp_min(One).to_type(channel.Values.dtype)).unsqueeze(1).expand(places.shape);
        return frame.With(
            new(
                options.Into,
                OverSteps ? RewardGranularity.Step : RewardGranularity.Token,
                share.Keep(valid),
                valid,
                OverSteps ? StepMap.Steps : null
            )
        );
    }
}
