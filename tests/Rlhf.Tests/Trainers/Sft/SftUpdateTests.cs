using Rlhf.Models;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Sft;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Sft;

public class SftUpdateTests
{
    // Two rows of one prompt, a short one, and one without a response, which adds nothing.
    private static readonly TokenSequence[] Rows =
    [
        new([3, 4, 5], [6, 7, 8, 9, 1]),
        new([3, 4, 5], [10, 1]),
        new([11], [12]),
        new([13, 14], []),
    ];

    [Theory]
    [InlineData(1000)]
    [InlineData(9)]
    [InlineData(1)]
    public void Run_AnyMicroBatches_LossIsTheMeanOverAllResponseTokens_AndFalls(int microBatchTokens)
    {
        using CausalLm model = CausalLm.Create(SmallModel.Llama(20, end: 1), seed: 4);
        using AdamWOptimizer optimizer = new(model.NamedParameters, new() { LearningRate = 0.01 }, totalSteps: 20);
        SftUpdate update = new(model, optimizer, microBatchTokens);
        double before = MeanLoss(model);
        OptimizerStepResult first = update.Run(Rows);
        Assert.Equal(before, first.Loss, 1e-5);

        // Micro-batches accumulate one gradient: that of the whole.
        Assert.Equal(GradientNormOfTheWhole(), first.GradientNorm, 1e-4);
        for (int step = 1; step < 20; step++)
        {
            update.Run(Rows);
        }

        Assert.InRange(MeanLoss(model), 0, before / 2);
    }

    private static double GradientNormOfTheWhole()
    {
        using CausalLm model = CausalLm.Create(SmallModel.Llama(20, end: 1), seed: 4);
        using AdamWOptimizer optimizer = new(model.NamedParameters, new(), totalSteps: 1);
        using var scope = NewDisposeScope();
        Loss(model).backward();
        return optimizer.GradientNorm().item<double>();
    }

    private static double MeanLoss(CausalLm model)
    {
        using var scope = NewDisposeScope();
        return Loss(model).item<float>();
    }

    // Row by row over prompt and response, and token by token: no code of the update's own.
    private static Tensor Loss(CausalLm model)
    {
        Tensor sum = zeros([]);
        foreach (TokenSequence row in Rows)
        {
            (IReadOnlyList<int> prompt, IReadOnlyList<int> response) = (row.Prompt, row.Response);
            long[] tokens = [.. prompt.Concat(response).Select(t => (long)t)];
            Tensor logProbs = model.Head(model.Trunk(tensor(tokens), new RaggedLayout([tokens.Length], CPU))).log_softmax(-1);
            for (int t = 0; t < response.Count; t++)
            {
                sum = sum - logProbs[prompt.Count + t - 1, response[t]];
            }
        }

        return sum / Rows.Sum(r => r.Response.Count);
    }
}
