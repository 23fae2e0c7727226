namespace Rlhf.Tests;

/// <summary>A change of a formula, and the tests that must fail for it.</summary>
/// <param name="File">The file, from the repository's root.</param>
/// <param name="Original">What it holds exactly once.</param>
/// <param name="Mutant">What stands there instead.</param>
/// <param name="Tests">Part of the tests' names; they need nothing beside the repository.</param>
internal sealed record Mutation(string File, string Original, string Mutant, string Tests);

/// <summary>The changes that <see cref="MutationTests"/> makes.</summary>
internal static class Mutations
{
    private const string Stages = "src/Rlhf.Shaping/Stages/";
    private const string Policy = "src/Rlhf.Trainers/Policy/";
    private const string Advantages = "src/Rlhf.Trainers/Advantages/";
    private const string Optimization = "src/Rlhf.Trainers/Optimization/";
    private const string Models = "src/Rlhf.Core/Models/";
    private const string Generation = "src/Rlhf.Core/Generation/";
    private const string Sft = "src/Rlhf.Trainers/Sft/";
    private const string Verification = "src/Rlhf.Verifiers/";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(
            Stages + "Delta/DeltaStage.cs",
            "values.sub(compact.gather(1, rank))",
            "values.add(compact.gather(1, rank))",
            "ScalarReferenceTests"
        ),
        new(
            Stages + "Clip/ClipStage.cs",
            "values.sub(threshold).clamp_max(Zero)",
            "values.sub(threshold).clamp_min(Zero)",
            "ScalarReferenceTests"
        ),
        new(Stages + "Potential/PotentialStage.cs", ".mul(discount).sub(before)", ".mul(discount).add(before)", "ScalarReferenceTests"),
        new(Stages + "Gate/GateStage.cs", "open = open.bitwise_and(", "open = open.bitwise_or(", "ClipDeltaGateStageTests"),
        new(Stages + "Flip/FlipStage.cs", ".lt(rate)", ".ge(rate)", "FlipStageTests"),
        new(
            Verification + "Equivalence/BigComplex.cs",
            "return apart <= error + Slack",
            "return apart <= error + 280",
            "MathEquivalenceTests"
        ),
        // Forms of the KL term: signs, bounds, the ratio.
        new(Policy + "KlPenalty.cs", "(ratio * d).neg()", "ratio * d", "KlPenaltyTests"),
        new(Policy + "KlPenalty.cs", "(ratio * d).neg()", "ratio * d", "KlLearningTests"),
        new(Policy + "KlPenalty.cs", "(ratio * d).neg()", "d.neg()", "KlPenaltyTests"),
        new(Policy + "KlPenalty.cs", "K3(d, clampValue), d.expm1().neg()", "K3(d, clampValue), d.expm1()", "KlLearningTests"),
        new(Policy + "KlPenalty.cs", "d.square().mul(Half), d.neg()", "d.square().mul(Half), d", "KlLearningTests"),
        new(
            Policy + "KlPenalty.cs",
            "(referenceLogProbs - logProbs).clamp(Lowest, Highest)",
            "referenceLogProbs - logProbs",
            "KlPenaltyTests"
        ),
        new(
            Policy + "KlPenalty.cs",
            "(logProbs - oldLogProbs).clamp(Lowest, Highest).exp()",
            "(logProbs - oldLogProbs).exp()",
            "KlPenaltyTests"
        ),
        new(Policy + "KlPenalty.cs", "value.clamp_max(most)", "value.clamp_min(most)", "KlPenaltyTests"),
        new(Stages + "Kl/KlStage.cs", "K3(d.clamp(Lowest, Highest))", "K3(d)", "KlPriorityTests"),
        // Losses.
        new(Policy + "ClippedPolicyLoss.cs", "maximum(plain, clipped)", "minimum(plain, clipped)", "ClippedPolicyLossTests"),
        new(
            Policy + "ClippedPolicyLoss.cs",
            "minimum(loss, negated.mul(bound))",
            "maximum(loss, negated.mul(bound))",
            "ClippedPolicyLossTests"
        ),
        new(
            Policy + "ClippedPolicyLoss.cs",
            "LogRatios.WithGradient(value, value,",
            "LogRatios.WithGradient(value, value.neg(),",
            "ClippedPolicyLossTests"
        ),
        new(Policy + "ClippedPolicyLoss.cs", ".clamp(bottom, top);", ";", "ClippedPolicyLossTests"),
        // Masks.
        new(Policy + "PolicyUpdate.cs", "logProbs.masked_fill(mask.logical_not(), none)", "logProbs.clone()", "ClippedPolicyLossTests"),
        new(Policy + "PolicyUpdate.cs", "perToken.where(mask, zeros_like(perToken))", "perToken", "ClippedPolicyLossTests"),
        new(Policy + "PolicyUpdate.cs", "batch.LossMask.logical_and(inStep)", "batch.LossMask", "LossAggregationTests"),
        new(
            Policy + "PolicyTrainer.cs",
            "batch.Layout.ActionMask.logical_and(kept.unsqueeze(1))",
            "batch.Layout.ActionMask",
            "OverlongFilteringTests"
        ),
        new(
            Advantages + "CreditTensors.cs",
            "channel.Valid.any(1).bitwise_not()",
            "channel.Valid.all(1).bitwise_not()",
            "UnscoredRowsTests"
        ),
        new(Advantages + "GroupAdvantageEstimator.cs", "required.bitwise_and(layout.IsPolicy)", "required", "GroupAdvantageTests"),
        // Denominators.
        new(Policy + "LossWeights.cs", "mask / mask.sum().clamp_min_(One)", "mask / sequences", "LossAggregationTests"),
        new(
            Policy + "LossWeights.cs",
            "mask / (lengths.clamp_min(One) * sequences)",
            "mask / lengths.clamp_min(One)",
            "LossAggregationTests"
        ),
        new(Policy + "LossWeights.cs", "lengths.gt(Zero).to_type", "lengths.ge(Zero).to_type", "LossAggregationTests"),
        new(Policy + "LossWeights.cs", "mask / sequences.mul(longest)", "mask / lengths.sum().mul(longest)", "LossAggregationTests"),
        new(
            Advantages + "RewardMetrics.cs",
            "returns.Keep(rows).sum(), rows.sum()",
            "returns.Keep(rows).sum(), isPolicy.sum()",
            "GroupAdvantageTests"
        ),
        new(
            "src/Rlhf.Core/Tensors/GroupStatistics.cs",
            "Squares.div(Count.sub(lost).clamp_min(One))",
            "Squares.div(Count.clamp_min(One))",
            "GroupAdvantageTests"
        ),
        // Baselines and what rewards are read as.
        new(Advantages + "GroupAdvantageEstimator.cs", "groups.Deviation().div(", "groups.Deviation().mul(", "StepCreditReferenceTests"),
        new("src/Rlhf.Core/Tensors/GroupStatistics.cs", "deviation.mul(Of(Count)).div(", "deviation.div(", "StepCreditReferenceTests"),
        new(
            Advantages + "ReturnToGoAdvantages.cs",
            "start.gather(1, step).sub(time)",
            "time.sub(start.gather(1, step))",
            "ReturnToGoTests"
        ),
        new(Advantages + "ReturnToGoAdvantages.cs", "toGo.gather(1, first)", "toGo.gather(1, map.Ends)", "StepCreditReferenceTests"),
        new(Policy + "PolicyTrainer.cs", "RewardType = ScalarType.Float64", "RewardType = ScalarType.Float32", "PolicyTrainerTests"),
        new(Verification + "Scoring/ScoringPass.cs", "!float.IsFinite((float)value)", "!double.IsFinite(value)", "RewardScorerTests"),
        new(
            Advantages + "EpisodeAdvantages.cs",
            "BatchStd(returns, rows, Options.Ddof)",
            "groups.Of(groups.Std(Options.Ddof))",
            "GroupAdvantageTests"
        ),
        // The optimizer and its schedule; the supervised loss.
        new(Optimization + "AdamWOptimizer.cs", "StepCount + 1,", "1,", "AdamWOptimizerTests"),
        new(Optimization + "AdamWOptimizer.cs", ".mul(limit).clamp_max(One)", ".mul(limit)", "AdamWOptimizerTests"),
        new(
            Optimization + "AdamWOptimizer.cs",
            ".to_type(ScalarType.Float64).square()",
            ".to_type(ScalarType.Float64)",
            "AdamWOptimizerTests"
        ),
        new(Optimization + "LearningRateSchedule.cs", "1 + Math.Cos(", "1 - Math.Cos(", "LearningRateScheduleTests"),
        new(Optimization + "LearningRateSchedule.cs", "Peak * step / Warmup", "Peak * (step + 1) / Warmup", "LearningRateScheduleTests"),
        new(Optimization + "LearningRateSchedule.cs", "step -= Start;", "", "LearningRateScheduleTests"),
        new(Sft + "SftUpdate.cs", "-1 / tokens", "1 / tokens", "SftUpdateTests"),
        new(Sft + "SftUpdate.cs", "-1 / tokens", "-1.0 / rows.Count", "SftUpdateTests"),
        // Entropy, temperature, filters; positions and masks of attention.
        new(
            Policy + "PolicyUpdate.cs",
            "perToken - entropy!.mul(coefficient)",
            "perToken + entropy!.mul(coefficient)",
            "EntropyBonusTests"
        ),
        new(Policy + "PolicyUpdate.cs", "_settings.Temperature,", "1,", "EntropyBonusTests"),
        new(Models + "TokenLogProbs.cs", "normaliser - mean", "mean - normaliser", "EntropyBonusTests"),
        new(Models + "TokenLogProbs.cs", "logits = logits.div(t)", "logits = logits.mul(t)", "EntropyBonusTests"),
        new(Generation + "LogitsFilters.cs", ".le(tail)", ".lt(tail)", "LogitsFiltersTests"),
        new(Generation + "LogitsFilters.cs", ".mul(minimum)", ".sub(minimum)", "LogitsFiltersTests"),
        new(Generation + "LogitsFilters.cs", "logits.div(divisor)", "logits.mul(divisor)", "LogitsFiltersTests"),
        new(
            Models + "RotaryEmbedding.cs",
            "(1 - s) * f / scaling.Factor + s * f",
            "s * f / scaling.Factor + (1 - s) * f",
            "RotaryEmbeddingTests"
        ),
        new(Models + "RotaryEmbedding.cs", "[sin.neg(), sin]", "[sin, sin.neg()]", "LayoutTests"),
        new(Models + "SharedPromptLayout.cs", "prompt.lt(shared)", "prompt.le(shared)", "LayoutTests"),
        new(Models + "ResponseLogProbs.cs", "tokens.Count + t - 1", "tokens.Count + t - 2", "CausalLmTests"),
        new(Models + "Projection.cs", "? _weight : _weight.add(", "? _weight : _weight.sub(", "AdapterFolderTests"),
    ];
}

/// <summary>Whether the list fits the code, without a build.</summary>
public sealed class MutationListTests
{
    [Fact]
    public void EachOriginal_StandsInItsFileExactlyOnce()
    {
        foreach (Mutation mutation in Mutations.All)
        {
            string code = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, mutation.File));
            Assert.True(
                code.Split(mutation.Original).Length == 2,
                $"{mutation.File} holds '{mutation.Original}' not exactly once; bring the list of mutations up to date."
            );
        }
    }
}
