using Rlhf.Trainers.Optimization;
using static TorchSharp.torch;
using OptimizerOptions = Rlhf.Trainers.Optimization.OptimizerOptions;
using Parameter = TorchSharp.Modules.Parameter;

namespace Rlhf.Tests.Trainers.Optimization;

/// <summary>The optimizer beside θ ← θ·(1 − ηλ) − η·m̂/(√v̂ + ε), computed here number by number.</summary>
public class AdamWOptimizerTests
{
    private static readonly double[] FirstWeights = [1, -2];
    private static readonly double[] SecondWeights = [0.5];

    // The gradients of three steps: the first weights' two, then the second weights' one. Norms 13, 0.3 and 1.5.
    private static readonly double[][] Gradients =
    [
        [3, 4, 12],
        [0.1, 0.2, 0.2],
        [-1, 0.5, 1],
    ];

    [Fact]
    public void Step_ThreeSteps_FollowsTheFormula_WithBiasCorrectionDecayAndClipping()
    {
        OptimizerOptions options = new()
        {
            LearningRate = 0.1,
            Beta1 = 0.8,
            Beta2 = 0.9,
            Epsilon = 1e-3,
            WeightDecay = 0.5,
            MaxGradientNorm = 1,
        };
        using var scope = NewDisposeScope();
        (AdamWOptimizer optimizer, Parameter first, Parameter second) = Make(options);
        using (optimizer)
        {
            double[] weights = [.. FirstWeights, .. SecondWeights],
                m = [0, 0, 0],
                v = [0, 0, 0];
            for (int step = 1; step <= Gradients.Length; step++)
            {
                double[] gradient = Gradients[step - 1];
                double norm = Math.Sqrt(gradient.Sum(g => g * g)),
                    scale = Math.Min(1, 1 / (norm + 1e-6));
                for (int i = 0; i < weights.Length; i++)
                {
                    double g = scale * gradient[i];
                    m[i] = 0.8 * m[i] + 0.2 * g;
                    v[i] = 0.9 * v[i] + 0.1 * g * g;
                    double mean = m[i] / (1 - Math.Pow(0.8, step)),
                        size = Math.Sqrt(v[i] / (1 - Math.Pow(0.9, step)));
                    weights[i] = weights[i] * (1 - 0.1 * 0.5) - 0.1 * mean / (size + 1e-3);
                }

                OptimizerStepResult result = Step(optimizer, first, second, gradient);
                Assert.Equal(norm, result.GradientNorm, 1e-12);
                Assert.Equal(weights, Weights(first, second), (a, b) => Math.Abs(a - b) < 1e-12);
            }
        }
    }

    [Fact]
    public void FinishStep_GradientThatIsNoNumber_LeavesWeightsAndMomentsAlone()
    {
        using var scope = NewDisposeScope();
        (AdamWOptimizer optimizer, Parameter first, Parameter second) = Make(new() { LearningRate = 0.1 });
        using (optimizer)
        {
            Assert.True(Step(optimizer, first, second, [1, double.NaN, 1]).Skipped);
            Assert.Equal(0, optimizer.StepCount);
            Assert.Equal([.. FirstWeights, .. SecondWeights], Weights(first, second));
            Assert.All(optimizer.State(), s => Assert.Equal(0, s.Value.abs().sum().item<double>()));
            Assert.Null(first.grad);
        }
    }

    private static (AdamWOptimizer Optimizer, Parameter First, Parameter Second) Make(OptimizerOptions options)
    {
        Parameter first = new(tensor(FirstWeights)),
            second = new(tensor(SecondWeights));
        return (new([("first", first), ("second", second)], options, Gradients.Length), first, second);
    }

    private static OptimizerStepResult Step(AdamWOptimizer optimizer, Parameter first, Parameter second, double[] gradient)
    {
        Tensor loss = (first * tensor(gradient[..2])).sum() + (second * tensor(gradient[2..])).sum();
        loss.backward();
        return optimizer.FinishStep(zeros([], ScalarType.Float64), []);
    }

    private static double[] Weights(Parameter first, Parameter second) => [.. first.data<double>(), .. second.data<double>()];
}
