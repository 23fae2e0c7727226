using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>What stands in the body of an endpoint's answer.</summary>
internal static class ChatAnswer
{
    private const string Place = "choices[0].message.content";

    // Parts of a content that are the model's thoughts.
    private static readonly HashSet<string> Thoughts = new(StringComparer.OrdinalIgnoreCase)
    {
        "thinking",
        "reasoning",
        "redacted_thinking",
    };

    /// <summary>The body as a text.</summary>
    /// <exception cref="FormatException">The charset is unknown, or the bytes are not of it.</exception>
    public static string Decode(byte[] body, MediaTypeHeaderValue? type)
    {
        string charset = type?.CharSet?.Trim('"', '\'', ' ') ?? "";
        try
        {
            Encoding encoding = Encoding.GetEncoding(
                charset.Length == 0 || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase) ? "utf-8" : charset,
                EncoderFallback.ExceptionFallback,
                DecoderFallback.ExceptionFallback
            );
            return encoding.GetString(body).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"its bytes are not in {(charset.Length == 0 ? "UTF-8" : JsonText.Quote(charset))}.", e);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"it is in an unknown charset, '{JsonText.Quote(charset)}'.", e);
        }
    }

    /// <summary>
    /// The first choice: its texts, its thoughts as <see cref="TextReasoningContent"/>, a refusal as <see cref="ErrorContent"/>, why it ended as
    /// the endpoint names it, and what it cost.
    /// </summary>
    /// <exception cref="FormatException">The body is of another form.</exception>
    public static ChatResponse Read(string body)
    {
        using JsonDocument document = JsonText.Parse(Encoding.UTF8.GetBytes(body));
        JsonElement root = document.RootElement;
        if (
            !root.TryGet("choices", out JsonElement choices)
            || choices.ValueKind != JsonValueKind.Array
            || choices.GetArrayLength() == 0
            || !choices[0].TryGet("message", out JsonElement message)
        )
        {
            throw new FormatException($"it has no {Place}.");
        }

        return new(new ChatMessage(ChatRole.Assistant, [.. Contents(message)]))
        {
            ResponseId = root.Text("id"),
            ModelId = root.Text("model"),
            CreatedAt =
                root.Count("created") is { } created && created <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                    ? DateTimeOffset.FromUnixTimeSeconds(created)
                    : null,
            FinishReason = choices[0].Text("finish_reason") is { } reason ? new(reason) : null,
            Usage = root.TryGet("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object ? Usage(usage) : null,
        };
    }

    private static IEnumerable<AIContent> Contents(JsonElement message)
    {
        if ((message.Text("reasoning_content") ?? message.Text("reasoning")) is { } thoughts)
        {
            yield return new TextReasoningContent(thoughts);
        }

        if (message.TryGet("content", out JsonElement content))
        {
            foreach (AIContent part in Parts(content))
            {
                yield return part;
            }
        }

        if (message.TryGet("refusal", out JsonElement refusal) && refusal.ValueKind == JsonValueKind.String)
        {
            yield return Refusal(refusal.GetString()!);
        }
    }

    private static IEnumerable<AIContent> Parts(JsonElement content) =>
        content.ValueKind switch
        {
            JsonValueKind.String => [new TextContent(content.GetString())],
            JsonValueKind.Null => [],
            JsonValueKind.Array => content.EnumerateArray().Select(Part).OfType<AIContent>(),
            _ => throw new FormatException($"its {Place} is neither a text nor a list of parts."),
        };

    private static AIContent? Part(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            return new TextContent(part.GetString());
        }

        if (part.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"a part of its {Place} is neither a text nor an object.");
        }

        string? type = part.Text("type");
        if (type is not null && Thoughts.Contains(type))
        {
            return new TextReasoningContent(part.Text("text") ?? Thought(part));
        }

        return "refusal".Equals(type, StringComparison.OrdinalIgnoreCase) ? Refusal(part.Text("refusal") ?? "")
            : part.TryGet("text", out JsonElement text) && text.ValueKind == JsonValueKind.String ? new TextContent(text.GetString())
            : null;
    }

    // As DeepSeek's and Mistral's endpoints write it: a text, or parts of their own.
    private static string Thought(JsonElement part) =>
        part.TryGet("thinking", out JsonElement thinking) && thinking.ValueKind == JsonValueKind.Array
            ? string.Concat(thinking.EnumerateArray().Select(p => p.Text("text")))
            : part.Text("thinking") ?? "";

    private static ErrorContent Refusal(string text) => new(text) { ErrorCode = ChatReply.Refusal };

    private static UsageDetails Usage(JsonElement usage) =>
        new()
        {
            InputTokenCount = usage.Count("prompt_tokens"),
            OutputTokenCount = usage.Count("completion_tokens"),
            TotalTokenCount = usage.Count("total_tokens"),
            CachedInputTokenCount = usage.TryGet("prompt_tokens_details", out JsonElement input) ? input.Count("cached_tokens") : null,
            ReasoningTokenCount = usage.TryGet("completion_tokens_details", out JsonElement output)
                ? output.Count("reasoning_tokens")
                : null,
        };

    // Null where it is blank too: no part of the abstractions takes a blank name.
    private static string? Text(this JsonElement element, string key) =>
        element.TryGet(key, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text
        && !string.IsNullOrWhiteSpace(text)
            ? text
            : null;

    private static long? Count(this JsonElement element, string key) =>
        element.TryGet(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long n) && n >= 0
            ? n
            : null;

    private static bool TryGet(this JsonElement element, string key, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out value);
    }
}
