using CsCheck;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Tests.Trainers.Optimization;

public class MicroBatchesTests
{
    [Fact]
    public void Split_AnyRows_HoldsEachOnceWithinTheBudget() =>
        Gen.Select(Gen.Int[1, 50].Array[1, 40], Gen.Int[1, 120]).Sample((lengths, budget) =>
        {
            IReadOnlyList<int[]> parts = MicroBatches.Split(Enumerable.Range(0, lengths.Length), lengths, budget);
            return parts.SelectMany(p => p).Order().SequenceEqual(Enumerable.Range(0, lengths.Length))
                && parts.All(p => p.Length == 1 || p.Sum(r => lengths[r]) <= budget);
        });

    [Fact]
    public void Split_NoRows_HasNoParts() => Assert.Empty(MicroBatches.Split([], [], 10));
}
