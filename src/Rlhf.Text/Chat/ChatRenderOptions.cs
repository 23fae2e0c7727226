using System.Text.Json;

namespace Rlhf.Chat;

/// <summary>How a chat is rendered. A template that knows no tools or no thinking ignores those options, as its original does.</summary>
public sealed class ChatRenderOptions
{
    /// <summary>Whether the beginning of an assistant's message follows the last message, for the model to continue.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>
    /// Tools on offer, each a JSON object in the form that OpenAI's API takes; null or empty for none. Keys keep their order.
    /// </summary>
    public IReadOnlyList<JsonElement>? Tools { get; init; }

    /// <summary>Whether the model may think before it answers; null for the template's default, which is yes for Qwen3.</summary>
    public bool? EnableThinking { get; init; }
}
