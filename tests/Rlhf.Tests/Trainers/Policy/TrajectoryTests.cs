using System.Text.Json;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Sft;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>
/// Eight optimizer steps each, against what TRL and torch give for them: loss, gradient norm, learning rate, and the model afterwards.
/// </summary>
[Trait("Category", "Trajectories")]
public class TrajectoryTests
{
    // Objectives of this library so far; the others' files wait for theirs.
    [Theory]
    [InlineData("sft")]
    [InlineData("dapo-token-mean")]
    [InlineData("dapo-accumulate-2")]
    [InlineData("grpo-entropy")]
    [InlineData("grpo")]
    [InlineData("grpo-dual-clip")]
    [InlineData("grpo-kl")]
    [InlineData("grpo-kl-plain")]
    [InlineData("dr-grpo")]
    public void EightSteps_AgainstPeers_AgreeWithinTheirTolerance(string name)
    {
        set_num_threads(1);
        string folder = Environment.GetEnvironmentVariable("RLHF_TRAJECTORIES") ?? SharedData.Require("reference/training");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".json")));
        JsonElement file = document.RootElement;
        using CausalLm model = CausalLm.Load(SharedData.Require("reference/hf/" + file.GetProperty("model").GetString()));
        using AdamWOptimizer optimizer = Optimizer(file, model);
        Func<JsonElement, OptimizerStepResult> step =
            file.GetProperty("objective").GetString() == "sft" ? SftStep(model, optimizer) : PolicyStep(file, model, optimizer);
        JsonElement tolerance = file.GetProperty("tolerance");
        double absolute = tolerance.GetProperty("loss_abs").GetDouble(),
            relative = tolerance.GetProperty("loss_rel").GetDouble();
        foreach (
            (JsonElement input, JsonElement expected) in file.GetProperty("steps")
                .EnumerateArray()
                .Zip(file.GetProperty("steps_expected").EnumerateArray())
        )
        {
            OptimizerStepResult result = step(input);
            double loss = expected.GetProperty("loss").GetDouble(),
                norm = expected.GetProperty("grad_norm").GetDouble();
            Assert.Equal(expected.GetProperty("lr").GetDouble(), result.LearningRate, 1e-12);
            Assert.Equal(loss, result.Loss, absolute + relative * Math.Abs(loss));
            Assert.Equal(norm, result.GradientNorm, tolerance.GetProperty("grad_norm_rel").GetDouble() * norm);
        }

        JsonElement probe = file.GetProperty("probe");
        int[][] inputs = probe.GetProperty("input_ids").Deserialize<int[][]>()!;
        for (int row = 0; row < inputs.Length; row++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor hidden = model.Trunk(tensor(inputs[row].Select(i => (long)i).ToArray()), new RaggedLayout([inputs[row].Length], CPU));
            Tensor logits = model.Head(hidden[^1..])[0];
            Assert.Equal(
                probe.GetProperty("logits_sum_last")[row].GetDouble(),
                logits.sum(ScalarType.Float64).item<double>(),
                tolerance.GetProperty("probe_abs").GetDouble()
            );
            (Tensor top, Tensor ids) = logits.topk(5);
            Assert.Equal(probe.GetProperty("top_ids_last")[row].Deserialize<long[]>()!, ids.data<long>().ToArray());
            foreach (
                (double want, float have) in probe
                    .GetProperty("top_logits_last")[row]
                    .Deserialize<double[]>()!
                    .Zip(top.data<float>().ToArray())
            )
            {
                Assert.Equal(want, have, tolerance.GetProperty("probe_abs").GetDouble());
            }
        }
    }

    private static AdamWOptimizer Optimizer(JsonElement file, CausalLm model)
    {
        JsonElement optimizer = file.GetProperty("optimizer"),
            schedule = file.GetProperty("schedule");
        return new(
            model.NamedParameters,
            new()
            {
                LearningRate = optimizer.GetProperty("lr").GetDouble(),
                Beta1 = optimizer.GetProperty("betas")[0].GetDouble(),
                Beta2 = optimizer.GetProperty("betas")[1].GetDouble(),
                Epsilon = optimizer.GetProperty("eps").GetDouble(),
                WeightDecay = optimizer.GetProperty("weight_decay").GetDouble(),
                MaxGradientNorm = optimizer.GetProperty("max_grad_norm").GetDouble(),
                WarmupSteps = schedule.GetProperty("warmup_steps").GetInt32(),
                Decay = LearningRateDecay.Linear,
            },
            schedule.GetProperty("total_steps").GetInt32()
        );
    }

    private static Func<JsonElement, OptimizerStepResult> SftStep(CausalLm model, AdamWOptimizer optimizer)
    {
        SftUpdate update = new(model, optimizer, microBatchTokens: 40);
        return input => update.Run(Rows(input));
    }

    private static Func<JsonElement, OptimizerStepResult> PolicyStep(JsonElement file, CausalLm model, AdamWOptimizer optimizer)
    {
        JsonElement loss = file.GetProperty("loss");
        double? Option(string key) => loss.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : null;
        double low = Option("epsilon")!.Value,
            high = Option("epsilon_high") ?? low;
        bool plainKl = loss.TryGetProperty("use_bias_correction_kl", out JsonElement corrected) && !corrected.GetBoolean();
        PolicyUpdateSettings settings = new(
            new ClippedPolicyLoss(
                new()
                {
                    ClipLow = low,
                    ClipHigh = high,
                    DualClip = Option("delta"),
                    LogRatioClamp = 1e3,
                }
            ),
            loss.GetProperty("loss_type").GetString() switch
            {
                "dapo" => LossAggregation.TokenMean,
                "grpo" => LossAggregation.SequenceMeanTokenMean,
                "dr_grpo" => LossAggregation.SequenceMeanTokenSumNorm,
                string other => throw new InvalidDataException(other),
                null => throw new InvalidDataException(),
            },
            maxResponseLength: loss.GetProperty("max_completion_length").GetInt32(),
            kl: Option("beta") is { } beta
                ? new()
                {
                    Coefficient = beta,
                    Estimator = plainKl ? KlEstimator.K3 : KlEstimator.K3Ratio,
                    ValueClamp = null,
                }
                : null,
            entropyCoefficient: Option("entropy_coef") ?? 0,
            temperature: 1,
            epochs: 1,
            minibatches: 1,
            microBatchTokens: file.GetProperty("micro_batches").GetInt32() > 1 ? 60 : 10_000
        );
        PolicyUpdate update = new(model, optimizer, settings);
        return input =>
        {
            using var scope = NewDisposeScope();
            TokenSequence[] rows = Rows(input);
            int width = rows.Max(r => r.Response.Count);
            Tensor Padded(string key) =>
                stack(
                    input
                        .GetProperty(key)
                        .Deserialize<double[][]>()!
                        .Select(values => tensor(values.Concat(new double[width - values.Length]).ToArray(), ScalarType.Float32))
                );
            Tensor advantages = tensor(input.GetProperty("advantages").Deserialize<double[]>()!, ScalarType.Float32)
                .unsqueeze(1)
                .expand(rows.Length, width);
            bool hasReference = input.GetProperty("ref_logprobs").ValueKind != JsonValueKind.Null;
            PolicyBatch batch = new(
                rows,
                new int[rows.Length],
                Padded("loss_mask").to_type(ScalarType.Bool),
                advantages,
                Padded("old_logprobs"),
                hasReference ? Padded("ref_logprobs") : null
            );
            return update.Run(batch, new MetricSink()).Single();
        };
    }

    private static TokenSequence[] Rows(JsonElement input) =>
        [
            .. input
                .GetProperty("prompts")
                .Deserialize<int[][]>()!
                .Zip(input.GetProperty("completions").Deserialize<int[][]>()!, (p, c) => new TokenSequence(p, c)),
        ];
}
