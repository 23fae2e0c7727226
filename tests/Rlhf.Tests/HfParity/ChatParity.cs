using System.Text.Json;
using Rlhf.Chat;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.HfParity;

/// <summary>Rendered chats against what <c>transformers</c> gives for each line of <c>tokenizers/*/chat.jsonl</c>.</summary>
internal static class ChatParity
{
    /// <summary>Renders every conversation of every tokenizer in a folder; none where it has no <c>tokenizers/*/chat.jsonl</c>.</summary>
    internal static ParityTally Run(string folder)
    {
        var tally = new ParityTally();
        foreach (string tokenizer in TokenizerFolders.In(folder))
        {
            string file = Path.Combine(tokenizer, "chat.jsonl");
            if (!File.Exists(file))
            {
                continue;
            }

            string model = TokenizerFolders.Resolve(tokenizer);
            BpeTokenizer encoder = BpeTokenizer.Load(model);
            foreach (string line in File.ReadLines(file))
            {
                using var row = JsonDocument.Parse(line);
                string? difference = Difference(model, encoder, row.RootElement);
                tally.Add($"chat {Path.GetFileName(tokenizer)} {row.RootElement.GetProperty("id")}", difference is null, difference);
            }
        }

        return tally;
    }

    private static string? Difference(string model, BpeTokenizer tokenizer, JsonElement row)
    {
        string expected = row.GetProperty("rendered").GetString()!;
        try
        {
            IReadOnlyList<TextSegment> segments = ChatTemplates.Detect(model).Render(Messages(row), Options(row));
            string actual = string.Concat(segments.Select(t => t.Text));
            if (actual != expected)
            {
                return $"expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(actual)}";
            }

            int[] ids = row.GetProperty(row.TryGetProperty("ids_safe", out _) ? "ids_safe" : "ids_of_rendered").Deserialize<int[]>()!;
            int[] encoded = tokenizer.Encode(segments);
            return encoded.SequenceEqual(ids) ? null : $"ids: expected {string.Join(' ', ids)}, got {string.Join(' ', encoded)}";
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            return e.Message;
        }
    }

    private static ChatRenderOptions Options(JsonElement row) =>
        new()
        {
            AddGenerationPrompt = row.GetProperty("add_generation_prompt").GetBoolean(),
            Tools = row.TryGetProperty("tools", out JsonElement tools) ? [.. tools.EnumerateArray()] : null,
            EnableThinking = row.TryGetProperty("enable_thinking", out JsonElement thinking) ? thinking.GetBoolean() : null,
        };

    private static Message[] Messages(JsonElement row) =>
        [
            .. row.GetProperty("messages")
                .EnumerateArray()
                .Select(m => new Message(
                    Enum.Parse<MessageRole>(m.GetProperty("role").GetString()!, ignoreCase: true),
                    m.GetProperty("content").GetString()!,
                    m.TryGetProperty("tool_calls", out JsonElement calls) ? [.. calls.EnumerateArray().Select(ToolCall)] : null,
                    m.TryGetProperty("reasoning_content", out JsonElement reasoning) ? reasoning.GetString() : null
                )),
        ];

    private static ChatToolCall ToolCall(JsonElement call)
    {
        JsonElement function = call.TryGetProperty("function", out JsonElement inner) ? inner : call;
        return new ChatToolCall(function.GetProperty("name").GetString()!, function.GetProperty("arguments"));
    }
}
