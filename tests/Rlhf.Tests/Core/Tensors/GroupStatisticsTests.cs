using Rlhf.Tensors;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Tensors;

public class GroupStatisticsTests
{
    [Fact]
    public void Mean_OfNearlyEqualEntries_LiesAmongThem()
    {
        using var scope = NewDisposeScope();
        double[] entries =
        [
            .. Enumerable
                .Range(0, 2000)
                .Select(i => (i / 2 % 2 == 0) == (i % 2 == 0) ? 0.1 : 0.7)
                .Select((v, i) => i % 3 == 0 ? Math.BitIncrement(v) : v),
        ];
        Tensor values = tensor(entries),
            all = ones_like(values, ScalarType.Bool);
        GroupStatistics statistics = new(values, all, values.gt(0.5).to_type(ScalarType.Int64), 2);
        double[] means = [.. statistics.Mean.data<double>()];
        Assert.InRange(means[0], 0.1, Math.BitIncrement(0.1));
        Assert.InRange(means[1], 0.7, Math.BitIncrement(0.7));
    }
}
