using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Rlhf.Judges;
using Rlhf.Rewards;
using Rlhf.Scoring;

namespace Rlhf.Tests.Judges;

/// <summary>Judges against a real HTTP server on this machine.</summary>
public sealed class JudgeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-judge-").FullName;
    private readonly List<JudgeServer> _servers = [];

    [Theory]
    [InlineData("It is fine. Rating: 7", 7.0)]
    [InlineData("Rating: **9**/10", 9.0)]
    [InlineData("Rating: 3 … Rating: 8", 8.0)]
    [InlineData("Rating: 11", null)]
    [InlineData("Rating: 10", 10.0)]
    [InlineData("Rating: 10.", 10.0)]
    [InlineData("My rating: 8, all told.", 8.0)]
    [InlineData("RATING: 8/10", 8.0)]
    [InlineData("**Rating**: 6", 6.0)]
    [InlineData("**Rating:** [[6]]", 6.0)]
    [InlineData("Rating: -3", null)]
    [InlineData("Rating: \u22123", null)]
    [InlineData("Rating: .8", null)]
    [InlineData("Rating: 0", null)]
    [InlineData("Rating: 100", null)]
    [InlineData("Rating: 8,5", null)]
    [InlineData("Operating: 7", null)]
    [InlineData("Rating: 7.5", null)]
    [InlineData("seven", null)]
    public async Task ARating_IsTheLastIntegerAfterTheWord_AndInvalidWithoutOne(string answer, double? expected)
    {
        JudgeServer server = Start(_ => new(200, answer));
        using Judge judge = new(Options(server));
        Assert.Equal([expected], (await judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)).Values);
    }

    [Theory]
    [InlineData("[[A]]", "[[B]]", 1.0)]
    [InlineData("[[B]]", "[[A]]", 0.0)]
    [InlineData("[[A]]", "[[A]]", 0.5)]
    [InlineData("[[C]]", "[[B]]", 1.0)]
    [InlineData("A? no: [[A]] … [[B]]", "[[A]]", null)]
    [InlineData("none", "[[A]]", null)]
    public async Task APair_IsAskedInBothOrders(string responseFirst, string referenceFirst, double? expected)
    {
        JudgeServer server = Start(r =>
            new(
                200,
                r.IndexOf("the response", StringComparison.Ordinal) < r.IndexOf("the solution", StringComparison.Ordinal)
                    ? responseFirst
                    : referenceFirst
            )
        );
        using Judge judge = new(Options(server).With(new { Protocol = JudgeProtocol.Pairwise }));
        Assert.Equal([expected], (await judge.ScoreAsync(Completion("the response"), TestContext.Current.CancellationToken)).Values);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task WhatMayPass_IsTriedAgain_AndWhatWillNot_IsNot()
    {
        int asked = 0;
        JudgeServer flaky = Start(_ =>
            Interlocked.Increment(ref asked) switch
            {
                1 => new(503, "busy"),
                2 => new(429, "slow down") { RetryAfter = "0" },
                _ => new(200, "Rating: 4"),
            }
        );
        using Judge patient = new(Options(flaky));
        Assert.Equal([4.0], (await patient.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)).Values);
        Assert.Equal(3, flaky.Requests.Count);

        JudgeServer refusing = Start(_ => new(401, "no such key"));
        using Judge refused = new(Options(refusing));
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(async () =>
            await refused.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)
        );
        Assert.Contains("status 401: no such key", error.Message, StringComparison.Ordinal);
        Assert.Single(refusing.Requests);

        using Judge nobody = new(Options(refusing).With(new { Endpoint = new Uri("http://127.0.0.1:9/v1") }));
        Assert.True(
            (
                await Assert.ThrowsAsync<JudgeRequestException>(async () =>
                    await nobody.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)
                )
            ).MayPass
        );
    }

    [Theory]
    [InlineData("{\"choices\": []}")]
    [InlineData("{\"choices\": null}")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": null}}]}")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": [7]}}]}")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"Rat")]
    [InlineData("<html>Rating: 7</html>")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task AnAnswerWithoutContent_IsAFailure_AndNotKept(string body)
    {
        string cache = Path.Combine(_folder, "judge.jsonl");
        JudgeServer server = Start(_ => new(200, null) { Body = body });
        using (Judge judge = new(Options(server).With(new { Cache = cache })))
        {
            JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(async () =>
                await judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)
            );
            Assert.Contains("choices[0].message.content", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, new FileInfo(cache).Length);
    }

    [Fact]
    public async Task AConnectionThatBreaksWithinAnAnswer_IsTriedAgain()
    {
        int asked = 0;
        JudgeServer server = Start(_ => new(200, "Rating: 4") { CutOff = Interlocked.Increment(ref asked) < 3 });
        using Judge judge = new(Options(server));
        Assert.Equal([4.0], (await judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)).Values);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task RetryAfter_IsWaitedFor()
    {
        int asked = 0;
        JudgeServer server = Start(_ =>
            Interlocked.Increment(ref asked) == 1 ? new(429, "slow down") { RetryAfter = "1" } : new(200, "Rating: 4")
        );
        using Judge judge = new(Options(server));
        long start = TimeProvider.System.GetTimestamp();
        Assert.Equal([4.0], (await judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)).Values);
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(0.9));

        JudgeServer never = Start(_ => new(429, "come back next year") { RetryAfter = "31536000" });
        using Judge patient = new(Options(never));
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await patient.ScoreAsync(Completion("x"), stop.Token));
    }

    [Fact]
    public async Task WhoWaitsForACancelledQuestion_AsksItAnew_AndOnce()
    {
        int asked = 0;
        TaskCompletionSource firstArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        JudgeServer server = Start(_ =>
        {
            bool isFirst = Interlocked.Increment(ref asked) == 1;
            firstArrived.TrySetResult();
            return new(200, "Rating: 5") { Delay = isFirst ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(200) };
        });
        using Judge judge = new(Options(server));
        using CancellationTokenSource stop = new();
        Task<RewardScore> first = judge.ScoreAsync(Completion("x"), stop.Token).AsTask();
        Task<RewardScore>[] others =
        [
            .. Enumerable.Range(0, 6).Select(_ => judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken).AsTask()),
        ];
        await firstArrived.Task.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.All(await Task.WhenAll(others), s => Assert.Equal([5.0], s.Values));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task LongTexts_GoAndComeWhole()
    {
        string text = string.Concat(Enumerable.Repeat("ü\"\\\n\u2028😀 ", 200_000));
        JudgeServer server = Start(_ => new(200, text + "\nRating: 3"));
        using Judge judge = new(Options(server));
        Assert.Equal([3.0], (await judge.ScoreAsync(Completion(text), TestContext.Current.CancellationToken)).Values);
        using JsonDocument request = JsonDocument.Parse(server.Requests.Single().Body);
        Assert.Contains(text, request.RootElement.GetProperty("messages")[0].GetProperty("content").GetString(), StringComparison.Ordinal);

        JudgeServer flood = Start(_ => new(200, new string('x', 17 << 20)));
        using Judge flooded = new(Options(flood).With(new { Retries = 0 }));
        await Assert.ThrowsAsync<JudgeRequestException>(async () =>
            await flooded.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public void AJudgeThatHangsOrRambles_LeavesInvalidEntries_WithinTheDeadline()
    {
        JudgeServer server = Start(r =>
            r.Contains("hang", StringComparison.Ordinal)
                ? new(200, "Rating: 1") { Delay = TimeSpan.FromSeconds(30) }
                : new(200, r.Contains("odd", StringComparison.Ordinal) ? null : "Rating: 2")
        );
        using Judge judge = new(Options(server).With(new { RequestTimeout = TimeSpan.FromMilliseconds(300), Retries = 1 }));
        RewardScores scores = new RewardScorer([judge], new() { Deadline = TimeSpan.FromSeconds(5), MaxParallelism = 8 }).Score(
            [Completion("hang"), Completion("odd"), Completion("good")],
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal([null, null, 2.0], scores["judge"].Values.Select(v => v[0]));
        Assert.Equal(2, scores["judge"].Failures.Failed);
    }

    [Fact]
    public void RequestsAtOnce_AreBounded_AndTheSameQuestionIsAskedOnce()
    {
        JudgeServer server = Start(_ => new(200, "Rating: 5") { Delay = TimeSpan.FromMilliseconds(30) });
        using Judge judge = new(Options(server).With(new { MaxParallelism = 3 }));
        RewardScores scores = new RewardScorer([judge], new() { MaxParallelism = 40 }).Score(
            [.. Enumerable.Range(0, 40).Select(i => Completion($"response {i % 20}"))],
            null,
            TestContext.Current.CancellationToken
        );
        Assert.All(scores["judge"].Values, v => Assert.Equal(5, v[0]));
        Assert.Equal(20, server.Requests.Count);
        Assert.InRange(server.MostAtOnce, 2, 3);
    }

    [Fact]
    public async Task ACache_AnswersWithoutAsking_EvenAfterAKilledProcess()
    {
        string cache = Path.Combine(_folder, "answers", "judge.jsonl");
        JudgeServer server = Start(_ => new(200, "Rating: 6\nüber"));
        using (Judge judge = new(Options(server).With(new { Cache = cache })))
        {
            await judge.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken);
        }

        await File.AppendAllTextAsync(cache, "{\"Key\":\"half", TestContext.Current.CancellationToken);
        using (Judge again = new(Options(server).With(new { Cache = cache })))
        {
            Assert.Equal([6.0], (await again.ScoreAsync(Completion("x"), TestContext.Current.CancellationToken)).Values);
            await again.ScoreAsync(Completion("y"), TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(2, File.ReadAllLines(cache).Length);
        await File.WriteAllTextAsync(cache, "nonsense\n", TestContext.Current.CancellationToken);
        Assert.Contains(
            "line 1",
            Assert.Throws<InvalidDataException>(() => new Judge(Options(server).With(new { Cache = cache }))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheKey_ComesFromTheEnvironment_AndAResponseCannotFillThePromptsPlaces()
    {
        Environment.SetEnvironmentVariable("JUDGE_TESTS_KEY", "k-123");
        JudgeServer server = Start(_ => new(200, "Rating: 1"));
        using Judge judge = new(Options(server).With(new { ApiKeyVariable = "JUDGE_TESTS_KEY" }));
        await judge.ScoreAsync(Completion("give me {reference}"), TestContext.Current.CancellationToken);
        (string body, string? authorization) = server.Requests.Single();
        Assert.Equal("Bearer k-123", authorization);
        using JsonDocument request = JsonDocument.Parse(body);
        Assert.Equal("judge-1", request.RootElement.GetProperty("model").GetString());
        Assert.Equal(0, request.RootElement.GetProperty("temperature").GetDouble());
        Assert.Contains(
            "give me {reference}",
            request.RootElement.GetProperty("messages")[0].GetProperty("content").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheKey_IsShownNowhere()
    {
        const string Key = "sk-very-secret-123";
        Environment.SetEnvironmentVariable("JUDGE_TESTS_KEY", Key + "\n"); // as read from a file
        JudgeServer server = Start(r =>
            r.Contains("refuse", StringComparison.Ordinal)
                ? new(401, $"Incorrect API key provided: {Key}")
                : new(200, null) { Body = $"{{\"error\": \"{Key}\"}}" }
        );
        string cache = Path.Combine(_folder, "judge.jsonl");
        using Judge judge = new(Options(server).With(new { ApiKeyVariable = "JUDGE_TESTS_KEY", Cache = cache }));
        foreach (string text in new[] { "refuse", "odd" })
        {
            JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(async () =>
                await judge.ScoreAsync(Completion(text), TestContext.Current.CancellationToken)
            );
            Assert.Contains("***", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        }

        Assert.All(server.Requests, r => Assert.Equal("Bearer " + Key, r.Authorization));
        foreach (string bad in new[] { "sk-a\nb", "sk ü", "a b" })
        {
            Environment.SetEnvironmentVariable("JUDGE_TESTS_KEY", bad);
            string message = Assert
                .Throws<ArgumentException>(() => new Judge(Options(server).With(new { ApiKeyVariable = "JUDGE_TESTS_KEY" })))
                .ToString();
            Assert.Contains("JUDGE_TESTS_KEY", message, StringComparison.Ordinal);
            Assert.DoesNotContain(bad, message, StringComparison.Ordinal);
        }

        Environment.SetEnvironmentVariable("JUDGE_TESTS_KEY", null);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"Key\":\"a\"}")]
    [InlineData("{\"Key\":null,\"Answer\":\"a\"}")]
    [InlineData("[1]")]
    public void ADamagedCache_IsRefusedWithItsLine(string line)
    {
        string cache = Path.Combine(_folder, "judge.jsonl");
        File.WriteAllText(cache, "{\"Key\":\"a\",\"Answer\":\"b\"}\n" + line + "\n");
        JudgeOptions options = new()
        {
            Endpoint = new("http://localhost/v1"),
            Model = "m",
            Cache = cache,
        };
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => new Judge(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secret@localhost/v1")]
    [InlineData("http://localhost/v1?api-key=secret")]
    [InlineData("http://localhost/v1#secret")]
    [InlineData("/v1")]
    public void AnEndpointThatCannotBeExtended_OrHoldsASecret_IsRefused(string endpoint)
    {
        string message = Assert
            .ThrowsAny<ValidationException>(() => new Judge(new() { Endpoint = new(endpoint, UriKind.RelativeOrAbsolute), Model = "m" }))
            .Message;
        Assert.StartsWith("endpoint is", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsThatCannotWork_AreRefused()
    {
        JudgeOptions good = new() { Endpoint = new("http://localhost/v1"), Model = "m" };
        Assert.ThrowsAny<Exception>(() => new Judge(good.With(new { Endpoint = new Uri("ftp://localhost") })));
        Assert.Contains(
            "{response}",
            Assert.ThrowsAny<Exception>(() => new Judge(good.With(new { Prompt = "{question}?" }))).Message,
            StringComparison.Ordinal
        );
        Assert.ThrowsAny<Exception>(() => new Judge(good.With(new { MaxParallelism = 0 })));
        Assert.StartsWith(
            "requestTimeout",
            Assert.ThrowsAny<ValidationException>(() => new Judge(good.With(new { RequestTimeout = TimeSpan.FromDays(60) }))).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "retryDelay",
            Assert.ThrowsAny<ValidationException>(() => new Judge(good.With(new { RetryDelay = TimeSpan.FromDays(2) }))).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "endpoint",
            Assert.ThrowsAny<ValidationException>(() => new Judge(good.With(new { Endpoint = (Uri?)null }))).Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose()
    {
        _servers.ForEach(s => s.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private static JudgeOptions Options(JudgeServer server) =>
        new()
        {
            Endpoint = server.Address,
            Model = "judge-1",
            RetryDelay = TimeSpan.FromMilliseconds(5),
            ApiKeyVariable = "JUDGE_TESTS_NO_KEY",
        };

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

    private JudgeServer Start(Func<string, JudgeReply> reply)
    {
        _servers.Add(new(reply));
        return _servers[^1];
    }
}
