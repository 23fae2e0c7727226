using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Records;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Monitoring;

namespace Rlhf.Tests.Trainers.Monitoring;

public class HackingMonitorTests
{
    private const int Iterations = 40;

    [Fact]
    public void ARewardThatRisesWhileTheOutcomeFalls_IsSignatureA_OnceAndWithFigures()
    {
        HackingAlarm alarm = Assert.Single(Replay(i => new() { Reward = 1 + 0.05 * i, Outcome = 0.6 - 0.01 * i }));
        Assert.Equal(HackingSignature.ProxyUpOutcomeDown, alarm.Signature);
        Assert.Equal(20, alarm.Step);
        Assert.Contains("from 1.050 to 2.000", alarm.Message, StringComparison.Ordinal);
        Assert.Contains("fell from 0.590 to 0.400", alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GrowthWithoutOutcome_IsSignatureB_AndGrowthWithItIsNot()
    {
        HackingAlarm alarm = Assert.Single(Replay(i => new() { Outcome = 0.5, Steps = 5 + 0.1 * i }));
        Assert.Equal(HackingSignature.GrowthWithoutOutcome, alarm.Signature);
        Assert.Empty(Replay(i => new() { Outcome = 0.2 + 0.01 * i, Steps = 5 + 0.1 * i }));
        Assert.Empty(Replay(i => new() { Outcome = 0.5, Steps = 5 + 0.02 * i }));
        Assert.Equal(HackingSignature.GrowthWithoutOutcome, Assert.Single(Replay(i => new() { Outcome = 0.5, Length = 50 + i })).Signature);
    }

    [Fact]
    public void ProcessRewardsAboveHalfOfTheVariance_AreSignatureC()
    {
        Assert.Equal(HackingSignature.ProcessDrownsOutcome, Assert.Single(Replay(_ => new() { Share = 0.6 })).Signature);
        Assert.Empty(Replay(_ => new() { Share = 0.4 }));
    }

    [Fact]
    public void ASignatureThatGoesAndComesAgain_IsReportedTwice()
    {
        HackingAlarm[] alarms = Replay(i => new() { Share = i is > 60 and < 100 ? 0.1 : 0.9 }, 160);
        Assert.Equal(2, alarms.Length);
    }

    [Fact]
    public void AHealthyRunWithNoise_GivesNoAlarm() =>
        Gen.Int[0, 1_000_000]
            .Sample(
                seed =>
                {
                    Random random = new(seed);
                    Assert.Empty(
                        Replay(i =>
                            new()
                            {
                                Outcome = 0.4 + 0.01 * i + 0.05 * random.NextDouble(),
                                Reward = 0.5 + 0.012 * i + 0.1 * random.NextDouble(),
                                Steps = 5 + random.NextDouble(),
                                Share = 0.2 + 0.2 * random.NextDouble(),
                            }
                        )
                    );
                },
                iter: 100
            );

    [Fact]
    public void OutliersDoNotMoveATrend()
    {
        Assert.Empty(
            Replay(i =>
                new()
                {
                    Outcome = i % 10 == 0 ? 0 : 0.5,
                    Reward = i % 7 == 0 ? 50 : 1,
                    Steps = i % 9 == 0 ? 500 : 5,
                }
            )
        );
        RobustTrend trend = RobustTrend.Of([.. Enumerable.Range(0, 11).Select(i => ((double)i, i == 5 ? 1e6 : 2.0 * i + 1))], 0, 10);
        Assert.Equal(1, trend.First, 1e-9);
        Assert.Equal(21, trend.Last, 1e-9);
    }

    [Fact]
    public void KendallsTest_IsTheTextbooks()
    {
        // Ten rising values: S = 45, var = 10·9·25/18 = 125, z = 44/√125.
        Assert.Equal(
            44 / Math.Sqrt(125),
            RobustTrend.Of([.. Enumerable.Range(0, 10).Select(i => ((double)i, (double)i))], 0, 9).Significance,
            1e-12
        );
        Assert.Equal(0, RobustTrend.Of([.. Enumerable.Range(0, 10).Select(i => ((double)i, 3.0))], 0, 9).Significance);

        // 1 1 2 2: S = 4, var = (4·3·13 − 2·2·1·9)/18.
        Assert.Equal(3 / Math.Sqrt((156 - 36) / 18.0), RobustTrend.Of([(0, 1), (1, 1), (2, 2), (3, 2)], 0, 3).Significance, 1e-12);
    }

    [Fact]
    public void WithoutAVerifiedOutcome_ItSaysThatAAndBCannotBeSeen()
    {
        HackingMonitor monitor = new(new(), null, ["process"]);
        Assert.Contains("(A)", Assert.Single(monitor.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Enumerable
                .Range(1, Iterations)
                .SelectMany(i =>
                    monitor.Observe(
                        Record(
                            i,
                            new()
                            {
                                Reward = i,
                                Outcome = -i,
                                Steps = i,
                                Share = 0,
                            }
                        )
                    )
                ),
            _ => true
        );
    }

    // All of the return is an outcome's, though it is paid token by token.
    [Fact]
    public void AnOutcomeThatIsSpread_IsNoProcessReward_AndAStepMeanIsOne()
    {
        Assert.Equal(
            0,
            Alarms(b =>
                b.AddSpread(
                    new()
                    {
                        Channel = "verifier",
                        Into = "paid",
                        Over = SpreadOver.LastToken,
                    }
                )
            )
        );
        Assert.Equal(1, Alarms(b => b.AddStepAggregate(new() { Channel = "process", Into = "paid" })));

        static double Alarms(Action<RewardPipelineBuilder> add)
        {
            RewardPipelineBuilder builder = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
                .WithWeights(new() { ["paid"] = 1 })
                .WithVerifiedOutcome("verifier");
            add(builder);
            using RewardPipeline pipeline = builder.Build();
            HackingWatch watch = new(new(), pipeline, NullLogger.Instance);
            double alarms = 0;
            for (int i = 1; i <= Iterations; i++)
            {
                IterationRecord record = Record(i, new());
                record["reward/paid/group_variance_share"] = 1;
                watch.Observe(record);
                alarms += record[MetricNames.MonitorAlarms];
            }

            return alarms;
        }
    }

    private static HackingAlarm[] Replay(Func<int, State> state, int iterations = Iterations)
    {
        HackingMonitor monitor = new(new(), "verifier", ["process"]);
        return [.. Enumerable.Range(1, iterations).SelectMany(i => monitor.Observe(Record(i, state(i))))];
    }

    private static IterationRecord Record(int step, State state) =>
        new("grpo", step)
        {
            [MetricNames.RewardMean] = state.Reward,
            ["reward/verifier/mean"] = state.Outcome,
            ["reward/process/group_variance_share"] = state.Share,
            [MetricNames.RolloutSteps] = state.Steps,
            [MetricNames.RolloutResponseLength] = state.Length,
        };

    private sealed record State
    {
        public double Reward { get; init; } = 1;

        public double Outcome { get; init; } = 0.5;

        public double Share { get; init; } = 0.1;

        public double Steps { get; init; } = 5;

        public double Length { get; init; } = 50;
    }
}
