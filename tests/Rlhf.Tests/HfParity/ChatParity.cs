using System.Text.Json;
using Rlhf.Chat;

namespace Rlhf.Tests.HfParity;

/// <summary>Rendered chats against what <c>transformers</c> gives for each line of <c>tokenizers/*/chat.jsonl</c>.</summary>
public class ChatParity
{
    [Fact]
    [Trait("Category", "HfParity")]
    public void Templates_ReferenceConversations_GiveTheSameText()
    {
        ParityTally tally = Run(SharedData.Require("reference"));
        TestContext.Current.SendDiagnosticMessage($"chat parity: matched {tally.Matched} of {tally.Total}");
        Assert.NotEqual(0, tally.Total);
        Assert.Empty(tally.Failures);
    }

    /// <summary>Renders every conversation of every tokenizer in a folder; none where it has no <c>tokenizers/*/chat.jsonl</c>.</summary>
    internal static ParityTally Run(string folder)
    {
        var tally = new ParityTally();
        string root = Path.Combine(folder, "tokenizers");
        string[] tokenizers = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        foreach (string tokenizer in tokenizers.Order(StringComparer.Ordinal))
        {
            string file = Path.Combine(tokenizer, "chat.jsonl");
            foreach (string line in File.Exists(file) ? File.ReadLines(file) : [])
            {
                using var row = JsonDocument.Parse(line);
                string? difference = Difference(tokenizer, row.RootElement);
                tally.Add($"chat {Path.GetFileName(tokenizer)} {row.RootElement.GetProperty("id")}", difference is null, difference);
            }
        }

        return tally;
    }

    private static string? Difference(string tokenizer, JsonElement row)
    {
        string expected = row.GetProperty("rendered").GetString()!;
        try
        {
            string actual = ChatTemplates.Detect(ModelFolder(tokenizer)).RenderText(Messages(row), Options(row));
            return actual == expected ? null : $"expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(actual)}";
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            return e.Message;
        }
    }

    // A tokenizer's folder holds its files, or the name of the folder that does.
    private static string ModelFolder(string tokenizer)
    {
        string reference = Path.Combine(tokenizer, "tokenizer.ref.json");
        if (!File.Exists(reference))
        {
            return tokenizer;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(reference));
        return Path.GetFullPath(Path.Combine(tokenizer, document.RootElement.GetProperty("tokenizer").GetString()!));
    }

    private static ChatOptions Options(JsonElement row) => new()
    {
        AddGenerationPrompt = row.GetProperty("add_generation_prompt").GetBoolean(),
        Tools = row.TryGetProperty("tools", out JsonElement tools) ? [.. tools.EnumerateArray()] : null,
        EnableThinking = row.TryGetProperty("enable_thinking", out JsonElement thinking) ? thinking.GetBoolean() : null,
    };

    private static ChatMessage[] Messages(JsonElement row) => [.. row.GetProperty("messages").EnumerateArray().Select(m => new ChatMessage(
        Enum.Parse<ChatRole>(m.GetProperty("role").GetString()!, ignoreCase: true),
        m.GetProperty("content").GetString()!,
        m.TryGetProperty("tool_calls", out JsonElement calls) ? [.. calls.EnumerateArray().Select(ToolCall)] : null,
        m.TryGetProperty("reasoning_content", out JsonElement reasoning) ? reasoning.GetString() : null))];

    private static ChatToolCall ToolCall(JsonElement call)
    {
        JsonElement function = call.TryGetProperty("function", out JsonElement inner) ? inner : call;
        return new ChatToolCall(function.GetProperty("name").GetString()!, function.GetProperty("arguments"));
    }
}
