using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Sft;

/// <summary>One optimizer step of supervised fine-tuning.</summary>
/// <remarks>
/// Loss = −Σ log π(y_t | x, y_&lt;t) / number of response tokens, over all rows of the step together, end tokens included and prompts
/// not; so micro-batches change nothing. Equals TRL's completion-only loss with a global token mean.
/// </remarks>
public sealed class SftUpdate
{
    private readonly ICausalLm _model;
    private readonly AdamWOptimizer _optimizer;
    private readonly int _microBatchTokens;

    /// <summary>Makes an update of <paramref name="model"/>'s weights by <paramref name="optimizer"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">An optimizer over its parameters.</param>
    /// <param name="microBatchTokens">Tokens of a micro-batch at the most.</param>
    public SftUpdate(ICausalLm model, AdamWOptimizer optimizer, int microBatchTokens)
    {
        _model = model;
        _optimizer = optimizer;
        _microBatchTokens = microBatchTokens;
    }

    /// <summary>Makes the step.</summary>
    /// <param name="rows">Prompts with the responses to learn.</param>
    /// <param name="cancellationToken">Checked before each micro-batch; a cancelled step leaves the weights unmoved.</param>
    public OptimizerStepResult Run(IReadOnlyList<TokenSequence> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        _optimizer.ZeroGradients();
        int[] all = [.. Enumerable.Range(0, rows.Count)];
        double tokens = Math.Max(1, rows.Sum(r => r.Response.Count));
        using TorchSharp.Scalar perToken = -1 / tokens;
        Tensor total = zeros([], ScalarType.Float64, _model.Device);
        foreach (int[] part in MicroBatches.Split(all, rows, _microBatchTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var partScope = NewDisposeScope();
            TokenSequence[] partRows = [.. part.Select(r => rows[r])];
            (Tensor logProbs, _) = ResponseLogProbs.Compute(_model, partRows, partRows.Max(r => r.Response.Count), temperature: 1);
            Tensor loss = logProbs.sum(ScalarType.Float64).mul(perToken);
            if (loss.requires_grad)
            {
                loss.backward();
            }

            total.add_(loss.detach());
        }

        return _optimizer.FinishStep(total, all);
    }
}
