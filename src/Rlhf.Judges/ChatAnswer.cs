using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>What stands in the body of an endpoint's answer.</summary>
internal static class ChatAnswer
{
    private const string Place = "choices[0].message.content";

    // Reasons to stop that leave half an answer or none, as OpenAI, vLLM, Mistral, Google and gateways name them.
    private static readonly HashSet<string> Unfinished = new(StringComparer.OrdinalIgnoreCase)
    {
        "length",
        "max_tokens",
        "model_length",
        "content_filter",
        "safety",
        "recitation",
        "refusal",
        "abort",
        "cancelled",
        "error",
    };

    // Parts of a content that are no part of the answer.
    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase)
    {
        "thinking",
        "reasoning",
        "redacted_thinking",
        "refusal",
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

    /// <summary>The judge's words.</summary>
    /// <exception cref="FormatException">The body is of another form.</exception>
    /// <exception cref="UnfinishedAnswerException">The answer was cut off, filtered or empty.</exception>
    public static string Read(string body)
    {
        using JsonDocument document = JsonText.Parse(Encoding.UTF8.GetBytes(body));
        if (
            !document.RootElement.TryGet("choices", out JsonElement choices)
            || choices.ValueKind != JsonValueKind.Array
            || choices.GetArrayLength() == 0
            || !choices[0].TryGet("message", out JsonElement message)
        )
        {
            throw new FormatException($"it has no {Place}.");
        }

        string content = message.TryGet("content", out JsonElement value) ? Text(value) : "";
        if (
            choices[0].TryGet("finish_reason", out JsonElement reason)
            && reason.ValueKind == JsonValueKind.String
            && Unfinished.Contains(reason.GetString()!)
        )
        {
            throw new UnfinishedAnswerException($"the answer ended with finish_reason '{reason.GetString()}' and is not whole.");
        }

        return string.IsNullOrWhiteSpace(content)
            ? throw new UnfinishedAnswerException(
                message.TryGet("refusal", out JsonElement refusal) && refusal.ValueKind == JsonValueKind.String
                    ? "the answer is a refusal."
                    : $"the answer's {Place} is empty."
            )
            : content;
    }

    private static string Text(JsonElement content) =>
        content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Null => "",
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(Part)),
            _ => throw new FormatException($"its {Place} is neither a text nor a list of parts."),
        };

    private static string Part(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            return part.GetString()!;
        }

        if (part.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"a part of its {Place} is neither a text nor an object.");
        }

        bool isSilent =
            part.TryGet("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && Silent.Contains(type.GetString()!);
        return !isSilent && part.TryGet("text", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
    }

    private static bool TryGet(this JsonElement element, string key, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out value);
    }
}

/// <summary>An answer is not whole: it may be when asked again.</summary>
internal sealed class UnfinishedAnswerException(string message) : Exception(message);
