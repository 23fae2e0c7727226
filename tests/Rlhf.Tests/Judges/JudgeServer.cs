using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Rlhf.Tests.Judges;

/// <summary>What the server says to a request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Content">The judge's words, or the text of an error; null for an answer without them.</param>
internal sealed record JudgeReply(int Status, string? Content)
{
    public TimeSpan Delay { get; init; }

    public string? RetryAfter { get; init; }

    /// <summary>What is sent as it is.</summary>
    public string? Body { get; init; }

    /// <summary>Why the judge stopped; null for none.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Where a redirect leads.</summary>
    public string? Location { get; init; }

    public string? ContentType { get; init; }

    /// <summary>What is sent as it is, instead of <see cref="Body"/>.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>Whether the connection breaks half way.</summary>
    public bool CutOff { get; init; }
}

/// <summary>An OpenAI-compatible endpoint on this machine that answers as a test says and keeps what it was asked.</summary>
internal sealed class JudgeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, JudgeReply> _reply;
    private int _atOnce;

    public JudgeServer(Func<string, JudgeReply> reply)
    {
        _reply = reply;
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Address = new($"http://127.0.0.1:{port}/v1");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/v1/");
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public ConcurrentQueue<(string Body, string? Authorization)> Requests { get; } = new();

    /// <summary>What the requests' header says of their length; −1 where it says nothing.</summary>
    public ConcurrentQueue<long> Lengths { get; } = new();

    public int MostAtOnce { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
            string body = await reader.ReadToEndAsync();
            Lengths.Enqueue(context.Request.ContentLength64);
            Requests.Enqueue((body, context.Request.Headers["Authorization"]));
            JudgeReply reply = _reply(body);
            await Task.Delay(reply.Delay);
            string text =
                reply.Body is { } whole ? whole
                : reply.Status == 200
                    ? reply.Content is null ? "{}"
                        : JsonSerializer.Serialize(
                            new
                            {
                                choices = new[]
                                {
                                    new
                                    {
                                        message = new { role = "assistant", content = reply.Content },
                                        finish_reason = reply.FinishReason,
                                    },
                                },
                            }
                        )
                : reply.Content ?? "";
            Interlocked.Decrement(ref _atOnce);
            context.Response.StatusCode = reply.Status;
            if (reply.RetryAfter is { } after)
            {
                context.Response.AddHeader("Retry-After", after);
            }

            if (reply.Location is { } location)
            {
                context.Response.AddHeader("Location", location);
            }

            context.Response.ContentType = reply.ContentType;
            byte[] bytes = reply.Bytes ?? Encoding.UTF8.GetBytes(text);

            // Of known length, the answer is sent at once, and nobody waits for an acknowledgement.
            context.Response.ContentLength64 = bytes.Length;
            if (reply.CutOff)
            {
                await context.Response.OutputStream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                await context.Response.OutputStream.FlushAsync();
                context.Response.Abort();
                return;
            }

            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client hung up.
        }
    }
}
