using Microsoft.Extensions.AI;
using Rlhf.Judges;
using Rlhf.Rewards;
using Rlhf.Scoring;

namespace Rlhf.Tests.Judges;

/// <summary>Judges over chat clients that are not the library's.</summary>
public sealed class JudgeOfAnyClientTests : IDisposable
{
    private static readonly JudgeOptions Options = new()
    {
        Endpoint = new("http://localhost/v1"),
        Model = "judge-1",
        Prompt = "{question}|{response}",
        ApiKeyVariable = "JUDGE_TESTS_NO_KEY",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-judge-client-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AClientOfOnesOwn_IsAskedWithTheOptions_AndItsWordsAreScored()
    {
        using FakeChatClient client = new("Fine. Rating: 8");
        using (Judge judge = new(Options.With(new { MaxTokens = 77, Temperature = 0.5 }), client))
        {
            Assert.Equal(8, await Score(judge));
        }

        (string text, ChatOptions? options) = Assert.Single(client.Requests);
        Assert.Equal("what?|x", text);
        Assert.Equal("judge-1", options!.ModelId);
        Assert.Equal(77, options.MaxOutputTokens);
        Assert.Equal(0.5f, options.Temperature);
        Assert.False(client.IsDisposed, "the caller's client was disposed of");

        using Judge plain = new(Options.With(new { Temperature = (double?)null }), client);
        await Score(plain);
        Assert.Null(client.Requests.Last().Options!.Temperature);
    }

    [Fact]
    public async Task APair_IsAskedInBothOrders()
    {
        using FakeChatClient client = new((text, _) => Reply(text == "what?: x, the solution" ? "[[A]]" : "[[B]]"));
        using Judge judge = new(Options.With(new { Protocol = JudgeProtocol.Pairwise, Prompt = "{question}: {a}, {b}" }), client);
        Assert.Equal(1, await Score(judge));
        Assert.Equal(2, client.Requests.Count);
    }

    [Fact]
    public async Task Thoughts_AreNotRead_AndTextInPartsIsOne()
    {
        using FakeChatClient client = new(
            (_, _) =>
                Task.FromResult(
                    new ChatResponse(
                        new ChatMessage(
                            ChatRole.Assistant,
                            [new TextContent("Rat"), new TextContent("ing: 6"), new TextReasoningContent("Rating: 9")]
                        )
                    )
                )
        );
        using Judge judge = new(Options, client);
        Assert.Equal(6, await Score(judge));
    }

    [Fact]
    public void AClientThatThrows_LeavesItsEntriesInvalid_AndTheOthersWhole()
    {
        using FakeChatClient client = new(
            (text, _) =>
                text.Contains("boom", StringComparison.Ordinal)
                    ? throw new InvalidOperationException("no credit left" + new string('!', 500))
                    : Reply("Rating: 2")
        );
        using Judge judge = new(Options, client);
        RewardScores scores = new RewardScorer([judge], new() { MaxParallelism = 8 }).Score(
            [Completion("boom"), Completion("good")],
            null,
            Token
        );
        Assert.Equal([null, 2.0], scores["judge"].Values.Select(v => v[0]));
        Assert.Equal(1, scores["judge"].Failures.Failed);
        Assert.Equal(2, client.Requests.Count);
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException), false)]
    [InlineData(typeof(HttpRequestException), true)]
    [InlineData(typeof(TimeoutException), true)]
    [InlineData(typeof(TaskCanceledException), true)]
    public async Task AClientsException_IsTheJudgesOwn_WithItsPlaceAndCause(Type type, bool mayPass)
    {
        Exception thrown = (Exception)Activator.CreateInstance(type, "no credit left" + new string('!', 500))!;
        using FakeChatClient client = new((_, _) => Task.FromException<ChatResponse>(thrown))
        {
            Metadata = new("other", new("https://user:secret@judges.example/v2?key=secret")),
        };
        using Judge judge = new(Options, client);
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge));
        Assert.StartsWith("https://judges.example/v2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("no credit left!", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 200, 290);
        Assert.Equal(mayPass, error.MayPass);
        Assert.Same(thrown, error.InnerException);
        Assert.Single(client.Requests);
    }

    [Theory]
    [InlineData("length", "Rating: 9", "'length'")]
    [InlineData("content_filter", "Rating: 9", "'content_filter'")]
    [InlineData("MAX_TOKENS", "Rating: 9", "'MAX_TOKENS'")]
    [InlineData("stop", " ", "is empty")]
    public async Task AnAnswerThatIsNotWhole_IsUnreadable_AndNotKept(string reason, string text, string expected)
    {
        string cache = Path.Combine(_folder, "judge.jsonl");
        using FakeChatClient client = new(
            (_, _) =>
                Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = new ChatFinishReason(reason) })
        );
        using (Judge judge = new(Options.With(new { Cache = cache }), client))
        {
            JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge));
            Assert.True(error.MayPass);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Equal([null], new RewardScorer([judge], new()).Score([Completion("x")], null, Token)["judge"].Values.Select(v => v[0]));
        }

        Assert.Equal(2, client.Requests.Count);
        Assert.Equal(0, new FileInfo(cache).Length);
    }

    [Fact]
    public async Task ARefusal_IsAFailureThatSaysSo()
    {
        using FakeChatClient client = new(
            (_, _) =>
                Task.FromResult(
                    new ChatResponse(new ChatMessage(ChatRole.Assistant, [new ErrorContent("I will not.") { ErrorCode = "Refusal" }]))
                )
        );
        using Judge judge = new(Options, client);
        Assert.Contains(
            "is a refusal",
            (await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ACancelledQuestion_EndsAtOnce_AndWhoStillWaitsAsksAnew()
    {
        int asked = 0;
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FakeChatClient client = new(
            async (_, token) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    arrived.TrySetResult();
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, token);
                    }
                    catch (OperationCanceledException e)
                    {
                        throw new IOException("the connection was closed", e); // as some clients tell it
                    }
                }

                return await Reply("Rating: 5");
            }
        );
        using Judge judge = new(Options, client);
        using CancellationTokenSource stop = new();
        Task<RewardScore> first = judge.ScoreAsync(Completion("x"), stop.Token).AsTask();
        await arrived.Task.WaitAsync(Token);
        Task<double?> second = Score(judge);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(5, await second);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task AClientDeafToCancellation_DoesNotHoldTheJudge()
    {
        TaskCompletionSource<ChatResponse> never = new();
        using FakeChatClient client = new((_, _) => never.Task);
        using Judge judge = new(Options, client);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            judge.ScoreAsync(Completion("x"), stop.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token)
        );
    }

    [Fact]
    public void RequestsAtOnce_AreBounded_AndTheSameQuestionIsAskedOnce()
    {
        using FakeChatClient client = new(
            async (_, token) =>
            {
                await Task.Delay(30, token);
                return await Reply("[[A]]");
            }
        );
        using Judge judge = new(
            Options.With(
                new
                {
                    Protocol = JudgeProtocol.Pairwise,
                    Prompt = "{question}: {a}, {b}",
                    MaxParallelism = 3,
                }
            ),
            client
        );
        RewardScores scores = new RewardScorer([judge], new() { MaxParallelism = 40 }).Score(
            [.. Enumerable.Range(0, 20).Select(i => Completion($"response {i % 10}"))],
            null,
            Token
        );
        Assert.All(scores["judge"].Values, v => Assert.Equal(0.5, v[0]));
        Assert.Equal(20, client.Requests.Count);
        Assert.InRange(client.MostAtOnce, 2, 3);
    }

    [Fact]
    public async Task ACacheOfAnEarlierRun_IsRead_WhoeverAnswered()
    {
        // The key is the SHA-256 of ["http://localhost/v1","judge-1",2048,0,"what?|x"].
        string cache = Path.Combine(_folder, "judge.jsonl");
        await File.WriteAllTextAsync(
            cache,
            "{\"Key\":\"B4A49B2DF179D6C0ABF47A8DE5B1E38C5FAA92DD2B297A99DFB017CB1B3DF541\",\"Answer\":\"Rating: 3\"}\n",
            Token
        );
        using FakeChatClient client = new("Rating: 8");
        using (Judge judge = new(Options.With(new { Cache = cache }), client))
        {
            Assert.Equal(3, await Score(judge));
            Assert.Empty(client.Requests);
            Assert.Equal(8, await Score(judge, "y"));
        }

        using Judge own = new(Options.With(new { Cache = cache }));
        Assert.Equal(3, await Score(own));
        Assert.Equal(8, await Score(own, "y"));
    }

    [Fact]
    public void AKeyThatNobodySends_IsNotRead_AndOptionsAreChecked()
    {
        Environment.SetEnvironmentVariable("JUDGE_OF_ANY_CLIENT_KEY", "a b");
        using FakeChatClient client = new("Rating: 8");
        using (new Judge(Options.With(new { ApiKeyVariable = "JUDGE_OF_ANY_CLIENT_KEY" }), client)) { }

        Environment.SetEnvironmentVariable("JUDGE_OF_ANY_CLIENT_KEY", null);
        Assert.ThrowsAny<System.ComponentModel.DataAnnotations.ValidationException>(() =>
            new Judge(Options.With(new { Model = "" }), client)
        );
        Assert.Throws<ArgumentNullException>(() => new Judge(Options, null!));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<ChatResponse> Reply(string text) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, text)));

    private static async Task<double?> Score(Judge judge, string text = "x") => (await judge.ScoreAsync(Completion(text), Token)).Values[0];

    private static Completion Completion(string text) =>
        new(
            new Problem
            {
                Id = "1",
                Question = "what?",
                Answer = "42",
                Solution = "the solution",
            },
            text,
            [],
            false
        );
}
