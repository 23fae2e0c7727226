using System.Text;
using System.Text.Json;
using Rlhf.Judges;

namespace Rlhf.Tests.Judges;

/// <summary>What endpoints send and want to be sent, and what a message shows of it.</summary>
public sealed class JudgeAnswerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-judge-answer-").FullName;
    private readonly List<JudgeServer> _servers = [];

    [Theory]
    [InlineData("Rating: 9", "length")]
    [InlineData("Rating: 9", "max_tokens")]
    [InlineData("Rating: 9", "content_filter")]
    [InlineData("Rating: 9", "SAFETY")]
    [InlineData("", "stop")]
    [InlineData(" \n", null)]
    public async Task WhatIsCutOffFilteredOrEmpty_IsAskedAgain_AndNeverKept(string content, string? reason)
    {
        string cache = Path.Combine(_folder, "judge.jsonl");
        int asked = 0;
        JudgeServer server = Start(_ =>
            Interlocked.Increment(ref asked) < 3
                ? new(200, content) { FinishReason = reason }
                : new(200, "Rating: 4") { FinishReason = "stop" }
        );
        using (Judge judge = new(Options(server).With(new { Cache = cache })))
        {
            Assert.Equal(4, await Score(judge));
        }

        Assert.Equal(3, asked);
        Assert.Contains("Rating: 4", Assert.Single(File.ReadAllLines(cache)), StringComparison.Ordinal);

        JudgeServer never = Start(_ => new(200, content) { FinishReason = reason });
        string empty = Path.Combine(_folder, "never.jsonl");
        using (Judge judge = new(Options(never).With(new { Cache = empty, Retries = 2 })))
        {
            JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge));
            Assert.True(error.MayPass);
            Assert.Contains(content.Trim().Length == 0 ? "is empty" : $"'{reason}'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(3, never.Requests.Count);
        Assert.Equal(0, new FileInfo(empty).Length);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{\"type\": \"thinking\", \"thinking\": [{\"type\": \"text\", \"text\": \"Rating: 9\"}]}]")]
    [InlineData("[{\"type\": \"refusal\", \"refusal\": \"no\"}]")]
    public async Task ContentWithoutText_IsAskedAgain(string content)
    {
        int asked = 0;
        JudgeServer server = Start(_ =>
            Interlocked.Increment(ref asked) == 1 ? new(200, null) { Body = WithContent(content) } : new(200, "Rating: 4")
        );
        using Judge judge = new(Options(server));
        Assert.Equal(4, await Score(judge));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("[{\"type\": \"text\", \"text\": \"Rating: 6\"}]")]
    [InlineData("[{\"type\": \"text\", \"text\": \"Fine. Rat\"}, {\"type\": \"output_text\", \"text\": \"ing: 6\"}]")]
    [InlineData("[\"Rating: \", \"6\"]")]
    [InlineData(
        "[{\"type\": \"text\", \"text\": \"Rating: 6\"}, {\"type\": \"thinking\", \"text\": \"Rating: 9\"}, {\"type\": \"image_url\", \"image_url\": {}}]"
    )]
    public async Task AContentOfParts_IsTheirText(string content)
    {
        JudgeServer server = Start(_ => new(200, null) { Body = WithContent(content) });
        using Judge judge = new(Options(server));
        Assert.Equal(6, await Score(judge));
    }

    [Fact]
    public async Task ARequest_CarriesItsLength_AndTheKeysThatTheOptionsName()
    {
        JudgeServer server = Start(_ => new(200, "Rating: 4"));
        using (Judge judge = new(Options(server)))
        {
            await Score(judge);
        }

        using (
            Judge judge = new(
                Options(server)
                    .With(
                        new
                        {
                            TokenLimitKey = "max_completion_tokens",
                            MaxTokens = 77,
                            Temperature = (double?)null,
                        }
                    )
            )
        )
        {
            await Score(judge);
        }

        using (Judge judge = new(Options(server).With(new { Temperature = 0.5 })))
        {
            await Score(judge);
        }

        JsonElement[] requests = [.. server.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement)];
        Assert.Equal(["model", "messages", "max_tokens", "temperature"], requests[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(2048, requests[0].GetProperty("max_tokens").GetInt32());
        Assert.Equal(0, requests[0].GetProperty("temperature").GetDouble());
        Assert.Equal(["model", "messages", "max_completion_tokens"], requests[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(77, requests[1].GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(0.5, requests[2].GetProperty("temperature").GetDouble());
        Assert.Equal(server.Requests.Select(r => (long)Encoding.UTF8.GetByteCount(r.Body)), server.Lengths);
    }

    [Theory]
    [InlineData("model")]
    [InlineData("messages")]
    [InlineData("temperature")]
    [InlineData("")]
    [InlineData("max tokens")]
    public void AKeyThatIsTaken_IsRefused(string key) =>
        Assert.ThrowsAny<System.ComponentModel.DataAnnotations.ValidationException>(() =>
            new Judge(
                new()
                {
                    Endpoint = new("http://localhost/v1"),
                    Model = "m",
                    TokenLimitKey = key,
                }
            )
        );

    [Theory]
    [InlineData("http://[broken")]
    [InlineData("http://")]
    [InlineData("://x")]
    [InlineData("http://a b/c")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("mailto:x")]
    [InlineData("http://user@:99999/")]
    [InlineData("\u00FF")]
    public async Task ARedirectToABrokenAddress_IsTheJudgesOwnException_WithTheAddress(string location)
    {
        JudgeServer server = Start(_ => new(302, null) { Location = location });
        using Judge judge = new(Options(server).With(new { Retries = 0 }));
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge));
        Assert.Contains($"{server.Address}/chat/completions", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json; charset=klingon")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=\"\u00A0\"")]
    public async Task AnUnknownCharset_IsTheJudgesOwnException_WithTheAddress(string type)
    {
        JudgeServer server = Start(_ => new(200, "über. Rating: 7") { ContentType = type });
        using Judge judge = new(Options(server).With(new { Retries = 0 }));
        JudgeRequestException error = await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge));
        Assert.Contains($"{server.Address}/chat/completions", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayPass);
    }

    [Theory]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("text/plain")]
    public async Task AKnownCharset_IsRead(string type)
    {
        Encoding encoding = type.Contains("8859", StringComparison.Ordinal) ? Encoding.Latin1 : new UTF8Encoding(true);
        JudgeServer server = Start(_ =>
            new(200, null)
            {
                Bytes = [.. encoding.Preamble, .. encoding.GetBytes(WithContent("\"\u00FCber. Rating: 7\""))],
                ContentType = type,
                Body = "",
            }
        );
        using Judge judge = new(Options(server));
        Assert.Equal(7, await Score(judge));
    }

    [Theory]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"Rating: 7 \\ud800\"}}]}")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"Rating: 7\", \"content\": \"Rating: 1\"}}]}")]
    public async Task ABodyThatIsNoStrictJson_IsTheJudgesOwnException(string body)
    {
        JudgeServer server = Start(_ => new(200, null) { Body = body });
        using Judge judge = new(Options(server).With(new { Retries = 0 }));
        Assert.Contains("line 1", (await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenBytes_AreTheJudgesOwnException()
    {
        JudgeServer server = Start(_ => new(200, null) { Bytes = [.. "{\"choices\": \""u8, 0xC3, 0x28], Body = "" });
        using Judge judge = new(Options(server).With(new { Retries = 0 }));
        Assert.Contains("UTF-8", (await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMessage_QuotesAtMost200Characters_AndNoPartOfTheKey()
    {
        const string Key = "sk-very-secret-0123456789";
        Environment.SetEnvironmentVariable("JUDGE_ANSWER_TESTS_KEY", Key);
        string text = new string('x', 190) + Key + new string('y', 1000);
        JudgeServer refusing = Start(_ => new(400, text)),
            odd = Start(_ => new(200, null) { Body = text });
        foreach (JudgeServer server in new[] { refusing, odd })
        {
            using Judge judge = new(Options(server).With(new { ApiKeyVariable = "JUDGE_ANSWER_TESTS_KEY" }));
            string message = (await Assert.ThrowsAsync<JudgeRequestException>(() => Score(judge))).Message;
            Assert.DoesNotContain("sk-very", message, StringComparison.Ordinal);
            Assert.Contains("***", message, StringComparison.Ordinal);
            Assert.InRange(message.Count(c => c is 'x' or 'y'), 190, 210);
        }
    }

    [Theory]
    [InlineData("{\"Key\":\"a\",\"Answer\":\"\\ud800\"}")]
    [InlineData("{\"Key\":\"a\",\"Key\":\"b\",\"Answer\":\"c\"}")]
    [InlineData("{\"Key\":\"a\",\"Answer\":7}")]
    public void ACacheThatIsNoStrictJson_IsRefusedWithFileAndLine(string line)
    {
        string cache = Path.Combine(_folder, "damaged.jsonl");
        File.WriteAllText(cache, "{\"Key\":\"a\",\"Answer\":\"b\"}\n\n" + line + "\n");
        AssertRefused(cache);
        File.WriteAllBytes(cache, [.. "{\"Key\":\"a\",\"Answer\":\"b\"}\n\n{\"Key\":\"b\",\"Answer\":\""u8, 0xFF, .. "\"}\n"u8]);
        AssertRefused(cache);

        static void AssertRefused(string cache)
        {
            string message = Assert
                .Throws<InvalidDataException>(() =>
                    new Judge(
                        new()
                        {
                            Endpoint = new("http://localhost/v1"),
                            Model = "m",
                            Cache = cache,
                        }
                    )
                )
                .Message;
            Assert.StartsWith(cache, message, StringComparison.Ordinal);
            Assert.Contains("line 3", message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _servers.ForEach(s => s.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private static string WithContent(string content) => $"{{\"choices\": [{{\"message\": {{\"content\": {content}}}}}]}}";

    private static JudgeOptions Options(JudgeServer server) =>
        new()
        {
            Endpoint = server.Address,
            Model = "judge-1",
            RetryDelay = TimeSpan.FromMilliseconds(5),
            ApiKeyVariable = "JUDGE_TESTS_NO_KEY",
        };

    private static async Task<double?> Score(Judge judge) =>
        (
            await judge.ScoreAsync(
                new(
                    new Problem
                    {
                        Id = "1",
                        Question = "what? \u00FC",
                        Answer = "42",
                    },
                    "x",
                    [],
                    false
                ),
                TestContext.Current.CancellationToken
            )
        ).Values[0];

    private JudgeServer Start(Func<string, JudgeReply> reply)
    {
        _servers.Add(new(reply));
        return _servers[^1];
    }
}
