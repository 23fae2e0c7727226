using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping.Stages;

/// <summary>−k(log π_old − log π_ref) at each action token.</summary>
internal sealed class KlStage(string name, KlRewardOptions options) : IRewardTransform
{
    private static readonly Scalar Zero = 0,
        Half = 0.5,
        Lowest = -20,
        Highest = 20;

    public string Name => name;

    public bool NeedsReference => true;

    public IReadOnlyList<string> Reads { get; } = [];

    public IReadOnlyList<string> Writes { get; } = [options.Into];

    public RewardSchema Configure(RewardSchema input) =>
        input.WithNew(
            new(options.Into, RewardGranularity.Token)
            {
                Range = options is { Form: KlForm.K3, ValueClamp: { } bound } ? new(-bound, 0) : null,
                IsKlPenalty = true,
            }
        );

    public RewardFrame Apply(RewardFrame frame, RewardContext context)
    {
        BatchLayout layout = frame.Layout;
        if (layout.PolicyLogProbs is not { } policy || layout.ReferenceLogProbs is not { } reference)
        {
            throw new RewardPipelineException(
                $"stage '{name}' needs the log-probabilities of the policy and of its reference (BatchLayout.PolicyLogProbs and ReferenceLogProbs): a trainer has them, completions from a file do not."
            );
        }

        Tensor d = policy.sub(reference).to_type(frame.Dtype).Keep(layout.ActionMask);
        Tensor k = options.Form switch
        {
            KlForm.K1 => d,
            // abs has no kernel for the meta device.
            KlForm.Absolute => d.clamp_min(Zero).add(d.neg().clamp_min(Zero)),
            KlForm.K2 => d.square().mul(Half),
            _ => K3(d.clamp(Lowest, Highest)),
        };
        if (options is { Form: KlForm.K3, ValueClamp: { } bound })
        {
            using Scalar most = bound;
            k = k.clamp_max(most);
        }

        return frame.With(new(options.Into, RewardGranularity.Token, k.neg().Keep(layout.ActionMask), layout.ActionMask));
    }

    private static Tensor K3(Tensor d) => d.neg().expm1().add(d);
}
