using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Policy;

/// <summary>Values and gradients of the KL term in float32, near the reference and as far from it as log-probabilities get.</summary>
public class KlPenaltyTests
{
    private static readonly double[] Distances =
    [
        0,
        1e-4,
        0.01,
        0.5,
        1,
        2,
        2.6,
        2.62,
        3,
        5,
        9,
        10,
        15,
        19.9,
        20,
        20.1,
        25,
        40,
        60,
        80,
        88,
        89,
        90,
        200,
        1000,
    ];

    public static TheoryData<KlEstimator, double, double?> Cases()
    {
        TheoryData<KlEstimator, double, double?> cases = [];
        foreach (KlEstimator estimator in Enum.GetValues<KlEstimator>())
        {
            foreach (double ratio in (double[])[-80, -20, -1, 0, 0.3, 20, 80])
            {
                cases.Add(estimator, ratio, 10);
            }

            cases.Add(estimator, 0, null);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_AtEveryDistance_HasTheSignAndSizeOfItsForm(KlEstimator estimator, double logRatio, double? clamp)
    {
        using var scope = NewDisposeScope();
        double[] d = [.. Distances.Select(x => -x).Reverse(), .. Distances];
        (double[] values, double[] gradients) = Penalty(estimator, d, logRatio, clamp);
        double rho = Math.Exp(Math.Clamp(logRatio, -20, 20));
        for (int i = 0; i < d.Length; i++)
        {
            double bounded = Math.Clamp((float)d[i], -20, 20),
                k3 = Math.Exp(bounded) - bounded - 1;
            double gradient = estimator switch
                {
                    KlEstimator.K2 => -bounded,
                    KlEstimator.K3 => 1 - Math.Exp(bounded),
                    _ => -rho * bounded,
                },
                value = estimator switch
                {
                    KlEstimator.K2 => bounded * bounded / 2,
                    KlEstimator.K3 => Math.Min(k3, clamp ?? k3),
                    _ => rho * Math.Min(k3, clamp ?? k3),
                };
            Assert.Equal(d[i] == 0 ? 0 : -Math.Sign(d[i]), Math.Sign(gradients[i]));
            Assert.InRange(Math.Abs(gradients[i] - gradient), 0, 1e-5 * Math.Abs(gradient));
            Assert.InRange(Math.Abs(values[i] - value), 0, 1e-5 * Math.Abs(value) + 1e-7 * Math.Max(1, rho));
        }
    }

    // d is clamped before it is used, so an impossible token of the reference is just a very unlikely one.
    [Theory]
    [InlineData(KlEstimator.K2)]
    [InlineData(KlEstimator.K3)]
    [InlineData(KlEstimator.K3Ratio)]
    public void Gradient_ReferenceOfProbabilityZero_IsFinite(KlEstimator estimator)
    {
        using var scope = NewDisposeScope();
        (double[] values, double[] gradients) = Penalty(estimator, [double.NegativeInfinity], 0, 10);
        Assert.True(double.IsFinite(values[0]));
        Assert.True(double.IsFinite(gradients[0]) && gradients[0] > 0);
    }

    // log π is 0, so that nothing is rounded on the way to d and to the log-ratio.
    private static (double[] Values, double[] Gradients) Penalty(KlEstimator estimator, double[] d, double logRatio, double? clamp)
    {
        Tensor logProbs = zeros(1, d.Length).requires_grad_(true),
            old = full_like(logProbs, -logRatio),
            reference = tensor([.. d.Select(x => (float)x)]).unsqueeze(0);
        Tensor penalty = KlPenalty.PerToken(estimator, logProbs, old, reference, clamp);
        Assert.Equal(ScalarType.Float32, penalty.dtype);
        penalty.sum().backward();
        return (Read(penalty.detach()), Read(logProbs.grad!));

        static double[] Read(Tensor x) => [.. x.flatten().to(ScalarType.Float64).data<double>()];
    }
}
