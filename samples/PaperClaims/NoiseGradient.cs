using System.Globalization;
using System.Text;
using MathNet.Numerics.Distributions;
using Rlhf;
using Rlhf.Chat;
using Rlhf.Datasets;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Experiments;
using Rlhf.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace PaperClaims;

/// <summary>
/// ⟨noisy gradient, clean gradient⟩ / ‖clean gradient‖² at fixed weights. On policy the gradient is Σ_i A_i ∇ℓ_i / N with ℓ_i the
/// log-probability of response i, so with s_i = ⟨∇ℓ_i, clean⟩
/// the ratio is Σ A_i' s_i / Σ A_i s_i: one backward pass a response serves every kind of noise.
/// </summary>
internal static class NoiseGradient
{
    private const int Visits = 240;
    private const int GroupSize = 8;
    private const double Upper = 0.975;

    private static readonly double[] Rates = [0.1, 0.2, 0.3, 0.4, 0.5];

    /// <summary>A table of ratios with their 95 % intervals over prompt visits.</summary>
    /// <param name="folder">The study's folder, with its starting policy.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static string Measure(string folder, int seed, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        string start = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"start-{seed}"));
        using CausalLm policy = CausalLm.Load(start);
        BpeTokenizer tokenizer = BpeTokenizer.Load(start);
        IProblemSource problems = JsonLinesProblems.Load(
            Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"chains-{seed}.jsonl")),
            new()
        );
        RolloutBatch batch = Sample(policy, tokenizer, problems, seed, cancellationToken);
        RewardScores scores = new RewardScorer([Verifiers.LastNumber()]).Score(
            [.. batch.Rows.Select(r => r.Completion)],
            null,
            cancellationToken
        );
        RewardFrame raw = new(batch.Layout, scores.ToChannels(batch.Layout, CPU, ScalarType.Float64));
        StringBuilder table = new("\n| noise | 1 − 2p | ratio, divided by the group's std | ratio, not divided |\n|---|---|---|---|\n");
        Dictionary<AdvantageScale, double[]> along = new()
        {
            [AdvantageScale.GroupStd] = Along(policy, batch, Advantages(raw, null, AdvantageScale.GroupStd, seed), cancellationToken),
            [AdvantageScale.None] = Along(policy, batch, Advantages(raw, null, AdvantageScale.None, seed), cancellationToken),
        };
        foreach (FlipScope flips in (FlipScope[])[FlipScope.Question, FlipScope.Answer])
        {
            foreach (double rate in Rates)
            {
                string Ratio(AdvantageScale scale) =>
                    Text(
                        ByVisit(
                            Advantages(
                                raw,
                                new()
                                {
                                    Channel = "verifier",
                                    Rate = rate,
                                    Scope = flips,
                                },
                                scale,
                                seed
                            ),
                            along[scale]
                        ),
                        ByVisit(Advantages(raw, null, scale, seed), along[scale])
                    );
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"| {Settings.Snake(flips)}-wise, {100 * rate:F0} % | {1 - 2 * rate:F1} | {Ratio(AdvantageScale.GroupStd)} | {Ratio(AdvantageScale.None)} |\n"
                );
            }
        }

        return table.ToString();
    }

    private static RolloutBatch Sample(
        CausalLm policy,
        BpeTokenizer tokenizer,
        IProblemSource problems,
        int seed,
        CancellationToken cancellationToken
    )
    {
        PromptFormatter formatter = new(
            tokenizer,
            ChatTemplates.ByName(ChainTask.Prompt.Chat),
            ChainTask.Prompt,
            policy.Config.EosTokenIds[0]
        );
        Prompt[] prompts = [.. Enumerable.Range(0, Visits).Select(i => formatter.Format(problems[i]))];
        IRolloutEngine engine = new CausalLmRolloutEngine(policy, tokenizer, new() { MaxSlots = 256 });
        IReadOnlyList<RolloutSequence> responses = engine.Generate(
            [.. prompts.Select((p, i) => new RolloutRequest(p.TokenIds, i, GroupSize))],
            new()
            {
                MaxNewTokens = 96,
                StopTokenIds = policy.Config.EosTokenIds,
                Seed = seed,
            },
            null,
            cancellationToken
        );
        return RolloutBatch.Create([.. responses.Select((r, i) => Rollout.Create(prompts[i / GroupSize], r, tokenizer, new()))], CPU);
    }

    // One advantage a response, of clean rewards or of flipped ones.
    private static double[] Advantages(RewardFrame raw, FlipOptions? flip, AdvantageScale scale, int seed)
    {
        using var scope = NewDisposeScope();
        RewardSchema schema = RewardSchema.Outcome("verifier", levels: [0, 1]).Outcome(ChannelNames.Answered("verifier"), levels: [0, 1]);
        RewardPipelineBuilder builder = new RewardPipelineBuilder(schema).WithWeights(new() { ["verifier"] = 1 }).WithSeed(seed);
        using RewardPipeline pipeline = (flip is null ? builder : builder.AddFlip(flip)).Build();
        AdvantageEstimates estimates = new GroupAdvantageOptions { Credit = Credit.Episode, Scale = scale }
            .CreateEstimator(pipeline)
            .Estimate(pipeline.Apply(raw, training: true, 1));
        return [.. estimates.Values.select(1, 0).data<double>()];
    }

    // s_i = ⟨∇ℓ_i, Σ_j A_j ∇ℓ_j⟩ for each response.
    private static double[] Along(CausalLm policy, RolloutBatch batch, double[] advantages, CancellationToken cancellationToken)
    {
        int width = (int)batch.Layout.ActionMask.size(1);
        Tensor[] weights = [.. policy.NamedParameters.Select(p => p.Value)];
        Tensor[] clean = [.. weights.Select(w => zeros_like(w))];
        EachGradient(
            (i, gradients) =>
            {
                using Scalar a = advantages[i];
                for (int p = 0; p < clean.Length; p++)
                {
                    clean[p].add_(gradients[p].mul(a));
                }
            },
            i => advantages[i] != 0
        );
        double[] along = new double[batch.Rows.Count];
        EachGradient(
            (i, gradients) => along[i] = gradients.Zip(clean, (g, c) => g.mul(c).sum().item<float>()).Sum(d => (double)d),
            _ => true
        );
        return along;

        void EachGradient(Action<int, Tensor[]> use, Predicate<int> wanted)
        {
            for (int i = 0; i < batch.Rows.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (wanted(i))
                {
                    using var scope = NewDisposeScope();
                    Tensor logProbs = ResponseLogProbs.Compute(policy, [batch.Rows[i].Tokens], width, 1).LogProbs;
                    Tensor mask = batch.Layout.ActionMask.narrow(0, i, 1);
                    use(i, [.. autograd.grad([logProbs.where(mask, zeros_like(logProbs)).sum()], weights)]);
                }
            }
        }
    }

    private static double[] ByVisit(double[] advantages, double[] along) =>
        [.. advantages.Zip(along, (a, s) => a * s).Chunk(GroupSize).Select(c => c.Sum())];

    // The ratio of two sums over visits, with the interval of a ratio estimator.
    private static string Text(double[] noisy, double[] clean)
    {
        double total = clean.Sum(),
            ratio = noisy.Sum() / total;
        double residual = noisy.Zip(clean, (n, c) => (n - ratio * c) * (n - ratio * c)).Sum();
        double half =
            StudentT.InvCDF(0, 1, clean.Length - 1, Upper) * Math.Sqrt(residual * clean.Length / (clean.Length - 1)) / Math.Abs(total);
        return string.Create(CultureInfo.InvariantCulture, $"{ratio:F3} ± {half:F3}");
    }
}
