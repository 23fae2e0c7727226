using System.ComponentModel.DataAnnotations;
using Rlhf.Rewards;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Advantages;

/// <summary>
/// Advantages relative to the other samples of a prompt, as in GRPO, Dr. GRPO and RLOO. All statistics are over the policy rows of a group
/// that every return channel could score.
/// </summary>
public sealed class GroupAdvantageOptions
{
    /// <summary>How rewards are credited to tokens.</summary>
    /// <value>
    /// Default null: <c>episode</c> where every return channel has one value a response; with step or token channels it must be named.
    /// </value>
    public Credit? Credit { get; init; }

    /// <summary>What a centred episode return is divided by; for <c>episode</c> credit only.</summary>
    /// <value>Default null: <c>group_std</c>, as in GRPO.</value>
    public AdvantageScale? Scale { get; init; }

    /// <summary>What a standard deviation's divisor n − ddof leaves out: 1 for a sample's, 0 for a population's.</summary>
    /// <value>Default 1, as in every peer's GRPO.</value>
    [Range(0, 1)]
    public int Ddof { get; init; } = 1;

    /// <summary>ε, added to a standard deviation that divides.</summary>
    /// <value>Default 1e-6, as in verl, NeMo RL, ROLL and slime (TRL 1e-4, OpenRLHF 1e-9).</value>
    [Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>
    /// Takes the baseline from the other samples only (RLOO); a standard deviation stays that of the whole group. Not for
    /// <c>step_normalised</c> credit.
    /// </summary>
    /// <value>Default false.</value>
    public bool LeaveOneOut { get; init; }

    /// <summary>γ of <c>return_to_go</c> credit, by action token.</summary>
    /// <value>Default 1; above 0.</value>
    [Range(1e-6, 1.0)]
    public double Discount { get; init; } = 1;

    /// <summary>The step map whose positions have baselines of their own under <c>return_to_go</c> credit.</summary>
    /// <value>Default <c>steps</c>.</value>
    public string StepMap { get; init; } = Rewards.StepMap.Steps;

    /// <summary>Makes the estimator for the return channels of a pipeline.</summary>
    /// <exception cref="RewardPipelineException">These options and channels do not fit; the message says why.</exception>
    public IAdvantageEstimator CreateEstimator(RewardPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        List<ValidationResult> failures = [];
        if (!Validator.TryValidateObject(this, new(this), failures, validateAllProperties: true))
        {
            throw new RewardPipelineException($"advantage: {string.Join(" ", failures.Select(f => f.ErrorMessage))}");
        }

        ChannelSchema[] returns = [.. pipeline.Weights.Where(w => w.Value != 0).Select(w => pipeline.Output[w.Key])];
        ChannelSchema? spread = returns.FirstOrDefault(c => c.Granularity != RewardGranularity.Outcome);
        if (Credit is null && spread is not null)
        {
            throw new RewardPipelineException(
                $"return channel '{spread.Name}' has one value a {(spread.Granularity == RewardGranularity.Step ? "step" : "token")}, so the credit must be named (the phase's advantage:credit): "
                    + "return_to_go with leaveOneOut is the first choice for step channels; the others are episode and step_normalised."
            );
        }

        Credit credit = Credit ?? Advantages.Credit.Episode;
        Refuse(credit, returns);
        return credit switch
        {
            Advantages.Credit.Episode => new EpisodeAdvantages(this, []),
            Advantages.Credit.ReturnToGo => new ReturnToGoAdvantages(this, NonCausal(returns, "return_to_go")),
            _ => new StepNormalisedAdvantages(this, [.. NonCausal(returns, "step_normalised"), .. PaysForPadding(returns)]),
        };
    }

    private void Refuse(Credit credit, ChannelSchema[] returns)
    {
        if (Scale is not null && credit != Advantages.Credit.Episode)
        {
            throw new RewardPipelineException(
                "scale is an option of episode credit: return_to_go does not divide, and step_normalised always divides by each channel's std."
            );
        }

        if ((Discount != 1 || StepMap != Rewards.StepMap.Steps) && credit != Advantages.Credit.ReturnToGo)
        {
            throw new RewardPipelineException(
                "discount and stepMap are options of return_to_go credit: episode credit adds all rewards of a response up, and step_normalised has no positions of its own. Leave them out, or name that credit."
            );
        }

        if (LeaveOneOut && credit == Advantages.Credit.StepNormalised)
        {
            throw new RewardPipelineException(
                "leaveOneOut has no meaning for step_normalised credit, which pools the steps of the whole group."
            );
        }

        bool divides = credit == Advantages.Credit.StepNormalised || (credit == Advantages.Credit.Episode && Scale != AdvantageScale.None);
        if (divides && returns.FirstOrDefault(c => c.Normalisation != Normalisation.None) is { } normalised)
        {
            throw new RewardPipelineException(
                $"channel '{normalised.Name}' is normalised by the pipeline already, and this estimator would divide by a standard deviation again; use scale none or drop the stage."
            );
        }

        if (divides && returns.FirstOrDefault(c => c.IsKlPenalty) is { } penalty)
        {
            throw new RewardPipelineException(
                $"channel '{penalty.Name}' holds a KL penalty, and this estimator divides by a standard deviation, which would rescale the penalty's coefficient from group to group; use scale none, or put the penalty into the loss (the phase's kl)."
            );
        }

        if (
            credit == Advantages.Credit.StepNormalised
            && returns.FirstOrDefault(c => c.Granularity == RewardGranularity.Token) is { } token
        )
        {
            throw new RewardPipelineException(
                $"channel '{token.Name}' has one value a token; step_normalised credit takes outcome and step channels."
            );
        }
    }

    private static IEnumerable<string> PaysForPadding(ChannelSchema[] returns) =>
        returns
            .Where(c => c.Granularity == RewardGranularity.Step)
            .Select(c =>
                $"channel '{c.Name}' has one value a step, and step_normalised credit subtracts the group's mean for every step still to come, while the policy chooses how many come: "
                + "steps that score above the mean are paid for whatever they are good for, padding included, and a shift of the scores, such as Clip's, is not seen. "
                + "Use return_to_go credit with leaveOneOut, or episode credit."
            );

    private static string[] NonCausal(ChannelSchema[] returns, string credit) =>
        [
            .. returns
                .Where(c => !c.IsCausal)
                .Select(c =>
                    $"channel '{c.Name}' is not causal: its value at a step depends on what is chosen later. {credit} credit drops past rewards, which is unbiased only for causal ones; "
                    + "after Delta it pays for going on, whatever the baseline. Use episode credit, the potential form of the channel, or Clip before Delta."
                ),
        ];
}
