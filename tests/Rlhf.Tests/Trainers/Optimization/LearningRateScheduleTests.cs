using CsCheck;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Tests.Trainers.Optimization;

public class LearningRateScheduleTests
{
    [Fact]
    public void At_LinearWithWarmup_RisesFromZeroAndFallsToTheFinalFraction()
    {
        LearningRateSchedule schedule = new(1.0, 2, 8, LearningRateDecay.Linear, 0.25);
        Assert.Equal([0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.25], Enumerable.Range(0, 10).Select(t => schedule.At(t)));
    }

    [Fact]
    public void At_CosineHalfWay_IsHalf() => Assert.Equal(0.5, new LearningRateSchedule(1, 0, 10, LearningRateDecay.Cosine).At(5), 1e-12);

    [Fact]
    public void At_EverySchedule_StaysWithinZeroAndPeak() =>
        Gen.Select(Gen.Double[1e-8, 1], Gen.Int[0, 50], Gen.Int[1, 100], Gen.Int[0, 2], Gen.Double[0, 1], Gen.Int[0, 200])
            .Sample(
                (peak, warmup, total, decay, final, step) =>
                    new LearningRateSchedule(peak, warmup, total, (LearningRateDecay)decay, final).At(step) is var rate
                    && rate >= 0
                    && rate <= peak * (1 + 1e-12)
            );
}
