using Microsoft.Extensions.Logging;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Verification.Patterns;

namespace Rlhf.Tests.Verification.Scoring;

public class RewardScorerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private static Completion Make(int id, params string[] steps) =>
        new(
            new Problem
            {
                Id = $"p{id}",
                Question = "?",
                Answer = "1",
            },
            string.Join('\n', steps),
            steps,
            false
        );

    private static Completion[] Batch(int rows) =>
        [.. Enumerable.Range(0, rows).Select(i => Make(i, [.. Enumerable.Range(0, i % 4).Select(k => $"{i}:{k}")]))];

    private static FunctionRewardSource Outcome(string name, Func<int, double?> score) =>
        FunctionRewardSource.Outcome(name, c => score(Number(c)));

    private static int Number(Completion completion) =>
        int.Parse(completion.Problem.Id[1..], System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Score_ManySourcesAndRows_PutsEachValueInItsPlace()
    {
        RewardScorer scorer = new([
            Outcome("twice", i => 2 * i),
            FunctionRewardSource.Outcome(
                "later",
                async (c, stop) =>
                {
                    await Task.Yield();
                    return Number(c) + 0.5;
                }
            ),
            FunctionRewardSource.Steps("lengths", c => [.. c.Steps.Select(s => (double?)s.Length)]),
        ]);
        Completion[] batch = Batch(200);
        RewardScores scores = scorer.Score(batch);
        for (int i = 0; i < batch.Length; i++)
        {
            Assert.Equal([2.0 * i], scores["twice"].Values[i]);
            Assert.Equal([i + 0.5], scores["later"].Values[i]);
            Assert.Equal(batch[i].Steps.Select(s => (double?)s.Length), scores["lengths"].Values[i]);
        }

        Assert.All(scores.Sources, s => Assert.Equal(default, s.Failures));
        Assert.All(scores.Sources, s => Assert.Null(s.Answered));
        Assert.Throws<KeyNotFoundException>(() => scores["other"]);
    }

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1, 10)]
    [InlineData(4, 3)]
    public void Score_BatchSource_IsCalledWithManyRowsAndPutsEachValueInItsPlace(int size, int calls)
    {
        int made = 0;
        BatchFunctionRewardSource Together(string name) =>
            new(
                name,
                RewardGranularity.Step,
                (all, _) =>
                {
                    Interlocked.Increment(ref made);
                    Assert.InRange(all.Count, 1, size);
                    return ValueTask.FromResult<IReadOnlyList<RewardScore>>([
                        .. all.Select(c => new RewardScore([.. c.Steps.Select(s => (double?)s.Length)])),
                    ]);
                }
            )
            {
                MaxBatchSize = size,
            };
        Completion[] batch = Batch(10);
        RewardScores scores = new RewardScorer([Outcome("single", i => i), Together("together")]).Score(batch);
        Assert.Equal(calls, made);
        Assert.Equal(batch.Select(c => c.Steps.Select(s => (double?)s.Length)), scores["together"].Values);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (double?)i), scores["single"].Values.Select(v => v[0]));
        Assert.Empty(new RewardScorer([Together("together")]).Score([])["together"].Values);
    }

    [Fact]
    public void Score_BatchSourceThatFails_InvalidatesItsCallAlone()
    {
        ListLogger log = new();
        RewardScorer scorer = new(
            [
                new BatchFunctionRewardSource(
                    "throws",
                    RewardGranularity.Outcome,
                    (all, _) => Number(all[0]) == 4 ? throw new InvalidOperationException("no luck") : Ones(all)
                )
                {
                    MaxBatchSize = 4,
                },
                BatchFunctionRewardSource.Outcome("short", all => [.. all.Skip(1).Select(_ => (double?)1)]),
                BatchFunctionRewardSource.Outcome("nan", all => [.. all.Select((_, i) => i == 2 ? double.NaN : (double?)1)]),
                BatchFunctionRewardSource.Outcome(
                    "hangs",
                    async (_, stop) =>
                    {
                        await Task.Delay(Timeout.Infinite, stop);
                        return [];
                    }
                ),
            ],
            new() { Deadlines = new Dictionary<string, TimeSpan> { ["hangs"] = Soon } },
            log
        );
        RewardScores scores = scorer.Score(Batch(10));
        Assert.Equal([1.0, 1, 1, 1, null, null, null, null, 1, 1], scores["throws"].Values.Select(v => v[0]));
        Assert.Equal(new ScoreFailures(4, 0, 0, 0), scores["throws"].Failures);
        Assert.Equal(new ScoreFailures(0, 0, 10, 0), scores["short"].Failures);
        Assert.Equal(new ScoreFailures(0, 0, 1, 0), scores["nan"].Failures);
        Assert.Equal(new ScoreFailures(0, 10, 0, 0), scores["hangs"].Failures);
        Assert.Contains(log.Warnings, w => w.Contains("9 scores instead of 10", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() =>
            new RewardScorer([new BatchFunctionRewardSource("none", RewardGranularity.Outcome, (all, _) => Ones(all)) { MaxBatchSize = 0 }])
        );

        static ValueTask<IReadOnlyList<RewardScore>> Ones(IReadOnlyList<Completion> all) =>
            ValueTask.FromResult<IReadOnlyList<RewardScore>>([.. all.Select(_ => RewardScore.Outcome(1))]);
    }

    [Fact]
    public async Task ABatchSource_ScoresASingleCompletion_WhereOneIsAskedFor()
    {
        IRewardSource source = BatchFunctionRewardSource.Outcome("r", all => [.. all.Select(c => (double?)Number(c))]);
        Assert.Equal([7.0], (await source.ScoreAsync(Make(7), TestContext.Current.CancellationToken)).Values);
    }

    [Theory]
    [InlineData(LengthUnit.Tokens, 3.0)]
    [InlineData(LengthUnit.Words, 4.0)]
    [InlineData(LengthUnit.Characters, 12.0)]
    [InlineData(LengthUnit.Steps, 2.0)]
    public async Task Length_CountsItsUnit(LengthUnit unit, double expected)
    {
        Completion completion = Make(0, "so 😀 is", "done").With(new { TokenIds = new[] { 5, 6, 7 } });
        IRewardSource source = TextRewards.Length(new() { Unit = unit });
        Assert.Equal([expected], (await source.ScoreAsync(completion, TestContext.Current.CancellationToken)).Values);
        double? without = (
            await source.ScoreAsync(completion.With(new { TokenIds = Array.Empty<int>() }), TestContext.Current.CancellationToken)
        ).Values[0];
        Assert.Equal(unit == LengthUnit.Tokens ? null : expected, without);
    }

    [Fact]
    public void Score_ThrowingSource_InvalidatesOnlyItsRowsAndLogsOnce()
    {
        ListLogger log = new();
        RewardScorer scorer = new(
            [
                Outcome("bad", i => i % 2 == 0 ? 1 : throw new InvalidOperationException("no luck")),
                FunctionRewardSource.Steps("badSteps", c => throw new OperationCanceledException()),
                Outcome("good", i => i),
            ],
            logger: log
        );
        RewardScores scores = scorer.Score(Batch(10));
        scorer.Score(Batch(10));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? 1.0 : (double?)null), scores["bad"].Values.Select(v => v[0]));
        Assert.Equal(new ScoreFailures(5, 0, 0, 0), scores["bad"].Failures);
        Assert.Equal(new ScoreFailures(10, 0, 0, 0), scores["badSteps"].Failures);
        Assert.Equal(new double?[] { null, null, null }, scores["badSteps"].Values[3]);
        Assert.Equal(default, scores["good"].Failures);
        Assert.Equal(2, log.Lines.Count(l => l.Level == LogLevel.Warning));
        string line = log.Warnings.Single(w =>
            w.Contains("'bad'", StringComparison.Ordinal) || w.Contains(" bad ", StringComparison.Ordinal)
        );
        Assert.Matches(@"problem p[13579] .*Failed: no luck", line);
    }

    [Fact]
    public void Score_SourceThatIgnoresItsToken_IsAbandonedAtItsDeadline()
    {
        using ManualResetEventSlim release = new();
        ListLogger log = new();
        RewardScorer scorer = new(
            [
                Outcome(
                    "hangs",
                    i =>
                    {
                        if (i == 3)
                        {
                            release.Wait(CancellationToken.None);
                        }

                        return i;
                    }
                ),
                Outcome("good", i => i),
            ],
            new()
            {
                MaxParallelism = 2,
                Deadlines = new Dictionary<string, TimeSpan> { ["hangs"] = Soon },
            },
            log
        );
        RewardScores scores = scorer.Score(Batch(8));
        release.Set();
        Assert.Equal(new ScoreFailures(0, 1, 0, 0), scores["hangs"].Failures);
        Assert.Equal([0.0, 1, 2, null, 4, 5, 6, 7], scores["hangs"].Values.Select(v => v[0]));
        Assert.Equal(default, scores["good"].Failures);
        Assert.Contains("problem p3", Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Score_SourceThatAlwaysHangs_IsGivenUpAndTheOthersFinish()
    {
        using ManualResetEventSlim release = new();
        int started = 0;
        RewardScorer scorer = new(
            [
                Outcome(
                    "hangs",
                    i =>
                    {
                        Interlocked.Increment(ref started);
                        release.Wait(CancellationToken.None);
                        return i;
                    }
                ),
                Outcome("good", i => i),
            ],
            new()
            {
                MaxParallelism = 2,
                MissesToGiveUp = 3,
                Deadlines = new Dictionary<string, TimeSpan> { ["hangs"] = Soon },
            }
        );
        RewardScores scores = scorer.Score(Batch(100));
        release.Set();
        Assert.Equal(new ScoreFailures(0, 100, 0, 0), scores["hangs"].Failures);
        Assert.Equal(100, scores["good"].Values.Count(v => v[0] is not null));
        Assert.InRange(started, 3, 4);
    }

    [Fact]
    public void Score_SourceThatHangsInEveryBatch_KeepsABoundedNumberOfThreads_AndIsTriedAgainWhenTheyAreBack()
    {
        using ManualResetEventSlim back = new();
        int calls = 0,
            hanging = 0;
        RewardScorer scorer = new(
            [
                Outcome(
                    "hangs",
                    i =>
                    {
                        Interlocked.Increment(ref calls);
                        Interlocked.Increment(ref hanging);
                        back.Wait();
                        Interlocked.Decrement(ref hanging);
                        return i;
                    }
                ),
            ],
            new()
            {
                Deadline = Soon,
                MissesToGiveUp = 3,
                MaxParallelism = 2,
            }
        );
        for (int batch = 0; batch < 5; batch++)
        {
            Assert.Equal(new ScoreFailures(0, 8, 0, 0), scorer.Score(Batch(8)).Sources[0].Failures);
        }

        Assert.InRange(calls, 3, 4);
        back.Set();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref hanging) == 0, TimeSpan.FromSeconds(10)));
        Assert.True(SpinWait.SpinUntil(() => scorer.Score(Batch(8)).Sources[0].Failures == default, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Score_SourceThatMissesNowAndThen_IsNotGivenUp()
    {
        FunctionRewardSource source = FunctionRewardSource.Outcome(
            "uneven",
            async (c, stop) =>
            {
                await Task.Delay(Number(c) % 2 == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, stop);
                return Number(c);
            }
        );
        RewardScores scores = new RewardScorer(
            [source],
            new()
            {
                MaxParallelism = 1,
                MissesToGiveUp = 2,
                Deadline = Soon,
            }
        ).Score(Batch(8));
        Assert.Equal([null, 1.0, null, 3, null, 5, null, 7], scores["uneven"].Values.Select(v => v[0]));
        Assert.Equal(4, scores["uneven"].Failures.Deadline);
    }

    [Fact]
    public async Task Score_AsynchronousSourceAtItsDeadline_SeesItsTokenCancelled()
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FunctionRewardSource source = FunctionRewardSource.Outcome(
            "slow",
            async (c, stop) =>
            {
                using var registration = stop.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, stop);
                return 1;
            }
        );
        RewardScores scores = new RewardScorer([source], new() { Deadline = Soon }).Score(Batch(1));
        Assert.Equal(new ScoreFailures(0, 1, 0, 0), scores["slow"].Failures);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Score_WrongNumberOrNotFinite_IsMalformed()
    {
        RewardScorer scorer = new([
            Outcome("nan", i => i == 0 ? double.NaN : double.NegativeInfinity),
            // Infinite as float32: a row must not vanish with all counters at 0.
            Outcome("huge", i => i == 0 ? 1e39 : -1e300),
            FunctionRewardSource.Steps("huge steps", c => [.. c.Steps.Select((_, k) => (double?)(k == 1 ? 3.5e38 : 0))]),
            new FunctionRewardSource("two", RewardGranularity.Outcome, (_, _) => ValueTask.FromResult(new RewardScore([1, 2]))),
            new FunctionRewardSource("none", RewardGranularity.Outcome, (_, _) => ValueTask.FromResult<RewardScore>(null!)),
            FunctionRewardSource.Steps("short", c => [.. c.Steps.Skip(1).Select(_ => (double?)1)]),
            FunctionRewardSource.Steps("long", c => new EndlessList()),
        ]);
        RewardScores scores = scorer.Score([Make(0, "a", "b"), Make(1, "a", "b", "c")]);
        Assert.All(scores.Sources, s => Assert.Equal(new ScoreFailures(0, 0, 2, 0), s.Failures));
        Assert.All(scores.Sources, s => Assert.All(s.Values, v => Assert.All(v, x => Assert.Null(x))));
        Assert.Equal([2, 3], scores["short"].Values.Select(v => v.Length));
        Assert.Equal([1, 1], scores["two"].Values.Select(v => v.Length));
    }

    [Fact]
    public void Score_NullFromTheSource_IsUnscoredNotAFailure()
    {
        RewardScores scores = new RewardScorer([Outcome("some", i => i == 1 ? null : 0)]).Score(Batch(3));
        Assert.Equal([0.0, null, 0], scores["some"].Values.Select(v => v[0]));
        Assert.Equal(new ScoreFailures(0, 0, 0, 1), scores["some"].Failures);
    }

    [Fact]
    public void Score_MaxParallelism_IsReachedAndNeverPassed()
    {
        const int Bound = 3;
        int running = 0,
            most = 0;
        using Barrier together = new(Bound);
        FunctionRewardSource source = Outcome(
            "meet",
            _ =>
            {
                lock (together)
                {
                    most = Math.Max(most, ++running);
                }

                Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(10)));
                lock (together)
                {
                    running--;
                }

                return 1;
            }
        );
        RewardScores scores = new RewardScorer([source], new() { MaxParallelism = Bound }).Score(Batch(4 * Bound));
        Assert.Equal(default, scores["meet"].Failures);
        Assert.Equal(Bound, most);
    }

    [Fact]
    public void ASourceThatWaitsForAServer_HasABoundAndADeadlineOfItsOwn()
    {
        const int Bound = 5;
        using Barrier together = new(Bound);
        WaitingSource server = new(Bound, () => together.SignalAndWait(TimeSpan.FromSeconds(10)) ? 1 : null);
        ConcurrencyCount computing = new();
        RewardScores scores = new RewardScorer(
            [Outcome("computes", _ => computing.Run(() => 2)), server],
            new() { MaxParallelism = 1, Deadline = Soon }
        ).Score(Batch(2 * Bound));
        Assert.Equal(1, computing.Most);
        Assert.All(scores["waits"].Values, v => Assert.Equal(1, v[0]));

        Dictionary<string, TimeSpan> named = new() { ["waits"] = Soon };
        using ManualResetEventSlim over = new();
        WaitingSource slow = new(Bound, () => over.Wait(TimeSpan.FromSeconds(10)) ? 1 : null);
        scores = new RewardScorer([slow], new() { Deadlines = named }).Score(Batch(1));
        over.Set();
        Assert.Equal(1, scores["waits"].Failures.Deadline);
        Assert.Throws<ArgumentException>(() => new RewardScorer([new WaitingSource(0, () => 1)]));
    }

    [Fact]
    public void Score_Cancelled_ThrowsThoughASourceHangs()
    {
        using ManualResetEventSlim release = new();
        using CancellationTokenSource user = new();
        RewardScorer scorer = new([
            Outcome(
                "hangs",
                _ =>
                {
                    user.Cancel();
                    release.Wait(CancellationToken.None);
                    return 1;
                }
            ),
        ]);
        Assert.ThrowsAny<OperationCanceledException>(() => scorer.Score(Batch(50), cancellationToken: user.Token));
        release.Set();
    }

    [Fact]
    public void Score_CancelledSourceThatObeys_IsNotAFailureOfTheSource()
    {
        using CancellationTokenSource user = new();
        RewardScorer scorer = new([
            FunctionRewardSource.Outcome(
                "obeys",
                async (_, stop) =>
                {
                    await user.CancelAsync();
                    stop.ThrowIfCancellationRequested();
                    return 1;
                }
            ),
        ]);
        Assert.ThrowsAny<OperationCanceledException>(() => scorer.Score(Batch(5), cancellationToken: user.Token));
    }

    [Fact]
    public void Score_Progress_CountsWholeCompletionsOnTheCallersThread()
    {
        Recorder progress = new();
        new RewardScorer([Outcome("a", i => i), Outcome("b", _ => throw new InvalidOperationException())]).Score(Batch(20), progress);
        Assert.Equal(Enumerable.Range(1, 20), progress.Seen.Select(s => s.Done));
        Assert.All(progress.Seen, s => Assert.Equal(Environment.CurrentManagedThreadId, s.Thread));
    }

    [Fact]
    public void Score_Nothing_GivesNothing()
    {
        Assert.Empty(new RewardScorer([Outcome("a", i => i)]).Score([])["a"].Values);
        Assert.Equal(3, new RewardScorer([]).Score(Batch(3)).Rows);
    }

    [Fact]
    public void Constructor_BadSourcesOrOptions_IsRefusedByName()
    {
        static string Refused(RewardScorerOptions? options, params IRewardSource[] sources) =>
            Assert.Throws<ArgumentException>(() => new RewardScorer(sources, options)).Message;

        FunctionRewardSource a = Outcome("a", i => i);
        FunctionRewardSource verifier = new("v", RewardGranularity.Outcome, (_, _) => default, saysAnswered: true);
        Assert.Contains("'a'", Refused(null, a, Outcome("a", i => i)), StringComparison.Ordinal);
        Assert.Contains("'v'", Refused(null, Outcome("v.answered", i => i), verifier), StringComparison.Ordinal);
        Assert.Contains(
            "Token",
            Refused(null, new FunctionRewardSource("t", RewardGranularity.Token, (_, _) => default)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "'b'",
            Refused(new() { Deadlines = new Dictionary<string, TimeSpan> { ["b"] = Soon } }, a),
            StringComparison.Ordinal
        );
        Assert.Contains("more than 0", Refused(new() { Deadline = TimeSpan.Zero }, a), StringComparison.Ordinal);
        Assert.Contains(
            "more than 0",
            Refused(new() { Deadlines = new Dictionary<string, TimeSpan> { ["a"] = Timeout.InfiniteTimeSpan } }, a),
            StringComparison.Ordinal
        );
        Assert.Contains("MaxParallelism", Refused(new() { MaxParallelism = 0 }, a), StringComparison.Ordinal);
        Assert.Contains("MissesToGiveUp", Refused(new() { MissesToGiveUp = 0 }, a), StringComparison.Ordinal);
    }

    private sealed class Recorder : IProgress<int>
    {
        public List<(int Done, int Thread)> Seen { get; } = [];

        public void Report(int value) => Seen.Add((value, Environment.CurrentManagedThreadId));
    }

    /// <summary>A list that says it is longer than memory.</summary>
    private sealed class EndlessList : IReadOnlyList<double?>
    {
        public int Count => int.MaxValue;

        public double? this[int index] => 1;

        public IEnumerator<double?> GetEnumerator() => Enumerable.Repeat<double?>(1, int.MaxValue).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class WaitingSource(int parallelism, Func<double?> score) : IRewardSource
    {
        public string Name => "waits";

        public RewardGranularity Granularity => RewardGranularity.Outcome;

        public TimeSpan? DefaultDeadline => TimeSpan.FromSeconds(20);

        public int? MaxParallelism => parallelism;

        public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken) =>
            ValueTask.FromResult(RewardScore.Outcome(score()));
    }

    private sealed class ConcurrencyCount
    {
        private int _now;

        public int Most { get; private set; }

        public double? Run(Func<double?> work)
        {
            int now = Interlocked.Increment(ref _now);
            lock (this)
            {
                Most = Math.Max(Most, now);
            }

            double? result = work();
            Interlocked.Decrement(ref _now);
            return result;
        }
    }
}
