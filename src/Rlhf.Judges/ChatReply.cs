using Microsoft.Extensions.AI;
using Rlhf.Json;

namespace Rlhf.Judges;

/// <summary>Whether a chat client's response is a whole answer.</summary>
internal static class ChatReply
{
    /// <summary>The error code of a refusal, as the clients of Microsoft.Extensions.AI name it.</summary>
    public const string Refusal = "Refusal";

    // Reasons to stop that leave half an answer or none, as OpenAI, vLLM, Mistral, Google and gateways name them.
    private static readonly HashSet<string> Unfinished = new(StringComparer.OrdinalIgnoreCase)
    {
        ChatFinishReason.Length.Value,
        "max_tokens",
        "model_length",
        ChatFinishReason.ContentFilter.Value,
        "safety",
        "recitation",
        "refusal",
        "abort",
        "cancelled",
        "error",
    };

    /// <summary>Why the response is no whole answer: it was cut off, filtered, refused or is empty. Null where it is one.</summary>
    public static string? Fault(ChatResponse response)
    {
        if (response.FinishReason is { } reason && Unfinished.Contains(reason.Value))
        {
            return $"the answer ended with finish_reason '{JsonText.Quote(reason.Value)}' and is not whole.";
        }

        if (!string.IsNullOrWhiteSpace(response.Text))
        {
            return null;
        }

        ErrorContent? error = response.Messages.SelectMany(m => m.Contents).OfType<ErrorContent>().FirstOrDefault();
        return error is null ? "the answer's text (choices[0].message.content of an endpoint) is empty."
            : Refusal.Equals(error.ErrorCode, StringComparison.OrdinalIgnoreCase) ? "the answer is a refusal."
            : $"the answer is an error: {JsonText.Quote(error.Message ?? "")}";
    }
}
