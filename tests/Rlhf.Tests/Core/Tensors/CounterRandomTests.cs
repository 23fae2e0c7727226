using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Tensors;

public class CounterRandomTests
{
    [Fact]
    public void Uniform_TensorAndHost_GiveTheSameNumbers()
    {
        using var scope = NewDisposeScope();
        var random = new CounterRandom(-5, "flip");
        long[] visits = [0, 1, 7, long.MaxValue, -3];
        double[] onTensor = random.Uniform(tensor(visits).unsqueeze(1), arange(4, ScalarType.Int64)).data<double>().ToArray();
        double[] onHost = [.. visits.SelectMany(v => Enumerable.Range(0, 4).Select(p => random.UniformAt(v, p)))];
        Assert.Equal(onHost, onTensor);
    }

    [Fact]
    public void Uniform_ManyDraws_AreUniformAndUncorrelated()
    {
        using var scope = NewDisposeScope();
        Tensor u = new CounterRandom(1, "noise").Uniform(arange(1000, ScalarType.Int64).unsqueeze(1), arange(1000, ScalarType.Int64));
        double mean = u.mean().item<double>(),
            variance = u.var(false).item<double>();
        double along = ((u[.., 1..] - 0.5) * (u[.., ..^1] - 0.5)).mean().item<double>() * 12;
        double across = ((u[1.., ..] - 0.5) * (u[..^1, ..] - 0.5)).mean().item<double>() * 12;
        Assert.Equal(0.5, mean, 3e-3 * 0.5);
        Assert.Equal(1.0 / 12, variance, 5e-4);
        Assert.InRange(along, -5e-3, 5e-3);
        Assert.InRange(across, -5e-3, 5e-3);
        Assert.InRange(u.min().item<double>(), 0, 1e-4);
        Assert.InRange(u.max().item<double>(), 1 - 1e-4, 1 - 1e-17);
    }

    [Fact]
    public void Uniform_OtherSeedOrStream_IsAnotherSequence()
    {
        double a = new CounterRandom(1, "a").UniformAt(3),
            b = new CounterRandom(2, "a").UniformAt(3),
            c = new CounterRandom(1, "b").UniformAt(3);
        Assert.Equal(3, new HashSet<double> { a, b, c }.Count);
    }

    [Fact]
    public void Uniform_OnMeta_ReadsNoData()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([4L], new CounterRandom(1, "a").Uniform(zeros(4, ScalarType.Int64, META)).shape);
    }
}
