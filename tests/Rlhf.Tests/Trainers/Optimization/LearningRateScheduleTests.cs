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
    public void At_Cosine_FallsFromThePeakToTheFinalFraction()
    {
        LearningRateSchedule schedule = new(1, 0, 6, LearningRateDecay.Cosine, 0.2);
        double[] expected = [1, 0.2 + 0.8 * 0.75, 0.6, 0.2 + 0.8 * 0.25, 0.2, 0.2];
        Assert.Equal(expected, ((int[])[0, 2, 3, 4, 6, 9]).Select(t => schedule.At(t)), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void At_AStartAfterOtherSteps_WarmsUpAndFallsFromThere()
    {
        LearningRateSchedule schedule = new(1.0, 2, 10, LearningRateDecay.Linear) { Start = 4 };
        Assert.Equal([0, 0.5, 1, 0.75, 0.5, 0.25, 0], Enumerable.Range(4, 7).Select(t => schedule.At(t)));
    }

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
