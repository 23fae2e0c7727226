using System.ComponentModel.DataAnnotations;
using Rlhf.Configuration;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Policy;

/// <summary>Epochs × minibatches optimizer steps on one batch of rollouts.</summary>
/// <remarks>
/// Loss of an optimizer step: Σ_t w_t·(ℓ_t + β·KL_t − c·H_t), w from the whole step's mask (<see cref="LossAggregation"/>), so the split
/// into micro-batches changes nothing. Entropy and KL are measured in every step, whether or not they are in the loss.
/// </remarks>
public sealed class PolicyUpdate
{
    private readonly ICausalLm _policy;
    private readonly AdamWOptimizer _optimizer;
    private readonly PolicyUpdateSettings _settings;

    /// <summary>Makes an update of <paramref name="policy"/>'s weights by <paramref name="optimizer"/>.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="optimizer">An optimizer over its parameters.</param>
    /// <param name="settings">What is minimised.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message names its path.</exception>
    public PolicyUpdate(ICausalLm policy, AdamWOptimizer optimizer, PolicyUpdateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(optimizer);
        OptionsCheck.Require(settings);
        _policy = policy;
        _optimizer = optimizer;
        _settings = settings;
    }

    /// <summary>The KL penalty in the loss, or null.</summary>
    internal KlOptions? Kl => _settings.Kl;

    /// <summary>Makes the optimizer steps, in the order of the groups in the batch.</summary>
    /// <param name="batch">What to learn from.</param>
    /// <param name="metrics">Receives the metrics of every optimizer step.</param>
    /// <param name="progress">Told the share of the work done, 0 to 1.</param>
    /// <param name="cancellationToken">Checked before each micro-batch; the optimizer step under way leaves the weights unmoved.</param>
    /// <exception cref="ArgumentException">There are fewer groups than minibatches.</exception>
    public IReadOnlyList<OptimizerStepResult> Run(
        PolicyBatch batch,
        MetricSink metrics,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(batch);
        int groups = batch.GroupOfRow.Max() + 1;
        if (groups < _settings.Minibatches)
        {
            throw new ArgumentException(
                $"{groups} groups cannot be split into {_settings.Minibatches} minibatches of whole groups.",
                nameof(batch)
            );
        }

        List<OptimizerStepResult> results = [];
        int steps = _settings.Epochs * _settings.Minibatches;
        for (int step = 0; step < steps; step++)
        {
            int minibatch = step % _settings.Minibatches;
            int[] rows =
            [
                .. Enumerable
                    .Range(0, batch.Rows.Count)
                    .Where(r => (long)batch.GroupOfRow[r] * _settings.Minibatches / groups == minibatch),
            ];
            IReadOnlyList<int[]> parts = MicroBatches.Split(rows, batch.Rows, _settings.MicroBatchTokens);
            results.Add(OptimizerStep(batch, rows, parts, isFirst: step == 0, metrics, Share, cancellationToken));

            void Share(int done) => progress?.Report((step + (double)done / parts.Count) / steps);
        }

        return results;
    }

    private OptimizerStepResult OptimizerStep(
        PolicyBatch batch,
        int[] rows,
        IReadOnlyList<int[]> parts,
        bool isFirst,
        MetricSink metrics,
        Action<int> report,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        Device device = batch.LossMask.device;
        _optimizer.ZeroGradients();
        Tensor inStep = zeros(batch.Rows.Count, 1, ScalarType.Bool, device)
            .index_fill_(0, tensor(rows.Select(r => (long)r).ToArray(), device: device), true);
        Tensor weights = LossWeights.Compute(_settings.Aggregation, batch.LossMask.logical_and(inStep), _settings.MaxResponseLength);
        Tensor loss = zeros([], ScalarType.Float64, device);
        for (int i = 0; i < parts.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            loss.add_(MicroBatch(batch, parts[i], weights, isFirst, metrics));
            report(i + 1);
        }

        return _optimizer.FinishStep(loss, rows);
    }

    // Backward on one part; its share of the loss, without gradient.
    private Tensor MicroBatch(PolicyBatch batch, int[] part, Tensor allWeights, bool isFirst, MetricSink metrics)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(part.Select(r => (long)r).ToArray(), device: allWeights.device);
        Tensor mask = batch.LossMask.index_select(0, index),
            old = batch.OldLogProbs.index_select(0, index);
        Tensor weights = allWeights.index_select(0, index);
        int width = (int)mask.shape[1];
        (Tensor logProbs, Tensor? entropy) = ResponseLogProbs.Compute(
            _policy,
            [.. part.Select(r => batch.Rows[r])],
            width,
            _settings.Temperature,
            _settings.EntropyCoefficient > 0 ? EntropyOutput.Differentiable : EntropyOutput.Measured
        );

        // Masked before the losses, not only after: where anything is NaN outside the mask, 0 · NaN would be its gradient.
        using Scalar none = 0.0;
        logProbs = logProbs.masked_fill(mask.logical_not(), none);
        Tensor advantages = batch.Advantages.index_select(0, index).to_type(logProbs.dtype);
        Tensor perToken = _settings.Loss.PerToken(new(logProbs, old, advantages, mask), metrics);
        if (batch.ReferenceLogProbs is { } reference && _settings.Kl is { } kl)
        {
            Tensor referencePart = reference.index_select(0, index);
            Tensor penalty = KlPenalty.PerToken(kl.Estimator, logProbs, old, referencePart, kl.ValueClamp);
            if (kl.Coefficient > 0)
            {
                using Scalar beta = kl.Coefficient;
                perToken = perToken + penalty.mul(beta);
            }

            Measure(MetricNames.PolicyKl, KlPenalty.PerToken(KlEstimator.K3, logProbs.detach(), old, referencePart, kl.ValueClamp));
        }

        if (_settings.EntropyCoefficient > 0)
        {
            using Scalar coefficient = _settings.EntropyCoefficient;
            perToken = perToken - entropy!.mul(coefficient);
        }

        Measure(MetricNames.PolicyEntropy, entropy!.detach());
        if (isFirst)
        {
            using Scalar bound = LogRatios.Bound;
            Measure(
                MetricNames.PolicyTokenMultProbError,
                (logProbs.detach() - old).abs().clamp_max(bound).exp(),
                "loss tokens of the first optimizer step"
            );
        }

        Tensor loss = (perToken.where(mask, zeros_like(perToken)).to_type(ScalarType.Float64) * weights).sum();
        if (loss.requires_grad)
        {
            loss.backward();
        }

        return loss.detach().MoveToOuterDisposeScope();

        void Measure(string name, Tensor values, string tokens = "loss tokens") =>
            metrics.Add(name, values.where(mask, zeros_like(values)).sum(), mask.sum(), tokens);
    }
}
