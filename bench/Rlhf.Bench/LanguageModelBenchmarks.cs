using Rlhf.Generation;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Bench;

/// <summary>
/// Rollout and update of a model with SmolLM2-135M's sizes and random weights, as shares of the machine's matrix product.
/// </summary>
internal sealed class LanguageModelBenchmarks : IDisposable
{
    private const int Prompts = 8;
    private const int Samples = 8;
    private const int PromptTokens = 64;
    private const int ResponseTokens = 32;
    private const int UpdateRepeats = 3;

    private static readonly CausalLmConfig Sizes = new()
    {
        ModelType = "llama",
        HiddenSize = 576,
        Layers = 30,
        Heads = 9,
        KeyValueHeads = 3,
        HeadDim = 64,
        IntermediateSize = 1536,
        VocabularySize = 49152,
        MaxPositions = 2048,
        RmsNormEps = 1e-5,
        RopeTheta = 100_000,
        TieWordEmbeddings = true,
    };

    private readonly CausalLm _model = CausalLm.Create(Sizes, seed: 1);

    private static double HeadWeights => (double)Sizes.HiddenSize * Sizes.VocabularySize;

    private static double TrunkWeights
    {
        get
        {
            double attention = 2.0 * Sizes.HiddenSize * Sizes.HeadDim * (Sizes.Heads + Sizes.KeyValueHeads);
            return Sizes.Layers * (attention + 3.0 * Sizes.HiddenSize * Sizes.IntermediateSize);
        }
    }

    /// <summary>Sampling: prompts once a group, then one token a row and step.</summary>
    public Result Rollout(Machine machine)
    {
        var engine = new CausalLmRolloutEngine(_model, null, new() { MaxSlots = Prompts * Samples });
        RolloutRequest[] requests = [.. Enumerable.Range(0, Prompts).Select(p => new RolloutRequest(Tokens(p, PromptTokens), p, Samples))];
        SamplingOptions sampling = new() { MaxNewTokens = ResponseTokens, Seed = 1 };
        double seconds = Measurement.MedianSeconds(() => engine.Generate(requests, sampling), UpdateRepeats);
        double sampled = Prompts * Samples * ResponseTokens,
            seen = Prompts * PromptTokens + sampled - Prompts * Samples;
        double flops = 2 * (TrunkWeights * seen + HeadWeights * sampled);
        return new(
            "rollout, 64 slots",
            $"{sampled / seconds:F0} sampled tokens/s",
            flops / seconds / machine.GemmFlops,
            "of GEMM peak",
            seconds
        );
    }

    /// <summary>Decoding a single row reads every weight for each token.</summary>
    public Result SingleRow(Machine machine)
    {
        var engine = new CausalLmRolloutEngine(_model, null, new() { MaxSlots = 1 });
        RolloutRequest[] requests = [new(Tokens(0, PromptTokens), 0)];
        SamplingOptions sampling = new() { MaxNewTokens = ResponseTokens, Temperature = 0 };
        double seconds = Measurement.MedianSeconds(() => engine.Generate(requests, sampling), UpdateRepeats);
        double bytes = sizeof(float) * (TrunkWeights + HeadWeights) * ResponseTokens;
        return new(
            "decoding, 1 row",
            $"{ResponseTokens / seconds:F1} tokens/s",
            bytes / seconds / machine.BytesPerSecond,
            "of copy bandwidth",
            seconds
        );
    }

    /// <summary>One optimizer step on groups that share their prompts.</summary>
    public Result Update(Machine machine)
    {
        using AdamWOptimizer optimizer = new(_model.NamedParameters, new() { LearningRate = 1e-6 }, 100);
        PolicyUpdate update = new(
            _model,
            optimizer,
            new(
                new ClippedPolicyLoss(new()),
                LossAggregation.TokenMean,
                ResponseTokens,
                null,
                0,
                1,
                epochs: 1,
                minibatches: 1,
                microBatchTokens: 2048
            )
        );
        TokenSequence[] rows =
        [
            .. Enumerable
                .Range(0, Prompts * Samples)
                .Select(r => new TokenSequence(Tokens(r / Samples, PromptTokens), Tokens(1000 + r, ResponseTokens))),
        ];
        double seconds = Measurement.MedianSeconds(
            () =>
            {
                using var scope = NewDisposeScope();
                using MetricSink metrics = new();
                Tensor mask = ones([rows.Length, ResponseTokens], ScalarType.Bool),
                    advantages = rand(rows.Length, 1).expand(rows.Length, ResponseTokens);
                update.Run(
                    new(
                        rows,
                        [.. Enumerable.Range(0, rows.Length).Select(r => r / Samples)],
                        mask,
                        advantages,
                        zeros(rows.Length, ResponseTokens),
                        null
                    ),
                    metrics
                );
            },
            UpdateRepeats
        );
        double responses = rows.Length * ResponseTokens,
            distinct = Prompts * PromptTokens + responses;
        double flops = 6 * (TrunkWeights * distinct + HeadWeights * responses);
        return new(
            "update, 8 × 8",
            $"{rows.Length * (PromptTokens + ResponseTokens) / seconds:F0} tokens/s",
            flops / seconds / machine.GemmFlops,
            "of GEMM peak",
            seconds
        );
    }

    public void Dispose() => _model.Dispose();

    private static int[] Tokens(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Sizes.VocabularySize))];
    }
}
