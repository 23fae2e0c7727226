using Rlhf.Scoring;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Verification;

namespace Rlhf.Tests.Verification.Scoring;

/// <summary>References that a verifier cannot judge by are found when the data are read, and score nothing.</summary>
public class ReferenceCheckTests
{
    [Theory]
    [InlineData("last_number", "12", null)]
    [InlineData("last_number", "blue", "'blue' is no number")]
    [InlineData("numeric", "3/4", null)]
    [InlineData("numeric", "(1, 2)", "'(1, 2)' is no number")]
    [InlineData("math", "\\frac{3}{4}", null)]
    [InlineData("math", "\\frac{3}{", "'\\frac{3}{' cannot be read")]
    [InlineData("exact", "anything (", null)]
    [InlineData("set_f1", "a, b", null)]
    [InlineData("set_f1", " , ", "holds no item")]
    [InlineData("math", null, "it has none")]
    [InlineData("exact", " ", "it is blank")]
    public void CheckReferences_SaysWhichCannotBeJudgedBy_AndWhy(string type, string? answer, string? reason)
    {
        RewardScorer scorer = new([Make(type)]);
        IReadOnlyList<UnreadableReference> found = scorer.CheckReferences([With("a", "1"), With("b", answer)]);
        if (reason is null)
        {
            Assert.Empty(found);
            return;
        }

        UnreadableReference one = Assert.Single(found);
        Assert.Equal((1, "b", "verifier"), (one.Index, one.ProblemId, one.Source));
        Assert.Contains(reason, one.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_AnUnreadableReference_IsInvalidForEveryResponse_AndSaysSoOnce()
    {
        Problem problem = With("p", "\\frac{3}{");
        ListLogger log = new();
        RewardScorer scorer = new([Verifiers.Math()], null, log);
        Completion[] batch = [.. new[] { "\\boxed{\\frac{3}{}", "\\frac{3}{", "5" }.Select(t => new Completion(problem, t, [t], false))];
        SourceScores scores = scorer.Score(batch)["verifier"];
        Assert.All(scores.Values, v => Assert.Equal([null], v));
        Assert.Equal(new ScoreFailures(0, 0, 0, 3), scores.Failures);
        Assert.True(scores.IsInvalidEverywhere);
        Assert.Contains("cannot be read", scores.FirstFailure!.What, StringComparison.Ordinal);
        Assert.Contains("problem p", Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void WhyUnreadable_IsAskedOnceForAllResponsesToAProblem()
    {
        Counting verifier = new();
        Problem problem = With("p", "1");
        new RewardScorer([verifier]).Score([.. Enumerable.Range(0, 8).Select(i => new Completion(problem, $"{i}", [], false))]);
        Assert.Equal(1, verifier.Asked);
    }

    [Fact]
    public void CheckReferences_AVerifierThatThrowsOrHangs_EndsTheCheck()
    {
        RewardSourceException e = Assert.Throws<RewardSourceException>(() =>
            new RewardScorer([new Counting { Error = new InvalidOperationException("broken") }]).CheckReferences([With("p", "1")])
        );
        Assert.Contains("problem p: broken", e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(e.InnerException);

        using ManualResetEventSlim never = new();
        ListLogger log = new();
        RewardScorer scorer = new([new Counting { Wait = never }], new() { Deadline = TimeSpan.FromMilliseconds(50) }, log);
        Assert.Empty(scorer.CheckReferences([With("p", "1")]));
        Assert.Contains("problem p", Assert.Single(log.Warnings), StringComparison.Ordinal);
        never.Set();
    }

    [Fact]
    public void FirstFailure_HoldsTheExceptionWithItsStack_WithoutALogger()
    {
        RewardScorer scorer = new([FunctionRewardSource.Outcome("mine", Broken)]);
        SourceScores scores = scorer.Score([.. new[] { "a", "b" }.Select(i => new Completion(With(i, "1"), i, [], false))])["mine"];
        Assert.Equal([1], scores.Values[0]);
        SourceFailure failure = scores.FirstFailure!;
        Assert.Equal("problem b: FormatException: no such thing", failure.ToString());
        Assert.Contains(nameof(Broken), failure.Exception!.StackTrace!, StringComparison.Ordinal);
        Assert.False(scores.IsInvalidEverywhere);
        Assert.Equal("1 threw an exception", scores.Failures.ToString());
    }

    private static double? Broken(Completion completion) => completion.Text == "b" ? throw new FormatException("no such thing") : 1;

    private static Problem With(string id, string? answer) =>
        new()
        {
            Id = id,
            Question = "?",
            Answer = answer,
        };

    private static IRewardSource Make(string type) =>
        type switch
        {
            "last_number" => Verifiers.LastNumber(),
            "numeric" => Verifiers.Numeric(),
            "math" => Verifiers.Math(),
            "set_f1" => Verifiers.SetF1(),
            _ => Verifiers.Exact(),
        };

    private sealed class Counting : IVerifier
    {
        private int _asked;

        public int Asked => _asked;

        public Exception? Error { get; init; }

        public ManualResetEventSlim? Wait { get; init; }

        public string Name => "counting";

        public RewardGranularity Granularity => RewardGranularity.Outcome;

        public string ReadableReferences => "anything";

        public string? WhyUnreadable(Problem problem)
        {
            Interlocked.Increment(ref _asked);
            Wait?.Wait();
            return Error is null ? null : throw Error;
        }

        public ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken) =>
            ValueTask.FromResult(RewardScore.Outcome(1));
    }
}
