using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rlhf.Chat;

/// <summary>Knows a folder's chat template by what its Jinja text says and does.</summary>
internal static partial class ChatTemplateDetector
{
    public static ChatTemplate Detect(string folder)
    {
        string jinjaFile = Path.Combine(folder, "chat_template.jinja");
        string configFile = Path.Combine(folder, "tokenizer_config.json");
        if (File.Exists(jinjaFile))
        {
            return Recognise(File.ReadAllText(jinjaFile)) ?? throw Unknown(jinjaFile);
        }

        if (!File.Exists(configFile))
        {
            return ChatTemplates.ByName("none");
        }

        JsonElement config = ReadConfig(configFile);
        return FindJinja(config) is { } jinja ? Recognise(jinja) ?? throw Unknown(configFile) : ByEndToken(config);
    }

    /// <summary>The template that does what this Jinja text does; null for none.</summary>
    public static ChatTemplate? Recognise(string jinja)
    {
        bool Says(string text) => jinja.Contains(text, StringComparison.Ordinal);
        if (Says("<|start_header_id|>") && Says("<|eot_id|>"))
        {
            bool dated = Says("Cutting Knowledge Date: December 2023") && Says("tools_in_user_message");
            return dated ? ChatTemplates.ByName("llama3.1")
                : Says("tool") || Says("Cutting Knowledge") || !Says("trim") ? null
                : ChatTemplates.ByName("llama3");
        }

        if (!Says(ChatMl.Start))
        {
            return null;
        }

        if (Says("last_query_index") || Says("enable_thinking") || Says("reasoning_content"))
        {
            return Says("last_query_index") && Says("enable_thinking is false") && Says("reasoning_content")
                ? ChatTemplates.ByName("qwen3")
                : null;
        }

        string? system = DefaultSystem(jinja, twice: Says("<tool_call>"));
        if (Says("<tool_call>"))
        {
            return system switch
            {
                null => null,
                Qwen25Template.QwenSystem => ChatTemplates.ByName("qwen2.5"),
                _ => new Qwen25Template(system),
            };
        }

        if (Says("tool") || Says("trim") || Says("strip") || !Says("add_generation_prompt"))
        {
            return null;
        }

        return system is null ? ChatTemplates.ByName("chatml")
            : system == ChatMlTemplate.SmolLm2System ? ChatTemplates.ByName("smollm2")
            : new ChatMlTemplate("chatml", system);
    }

    // The literal between the markers of a system message. Where tools are known it stands a second time, in their branch.
    private static string? DefaultSystem(string jinja, bool twice)
    {
        Match match = SystemLiteral().Match(jinja);
        string literal = match.Groups["text"].Value;
        bool known =
            match.Success
            && (!twice || jinja.LastIndexOf(literal, StringComparison.Ordinal) != jinja.IndexOf(literal, StringComparison.Ordinal));
        return known ? Escape().Replace(literal, m => m.ValueSpan[1] == 'n' ? "\n" : m.Value[1..]) : null;
    }

    private static ChatTemplate ByEndToken(JsonElement config)
    {
        string? end = config.TryGetProperty("eos_token", out JsonElement token) ? TokenText(token) : null;
        return ChatTemplates.ByName(
            end switch
            {
                ChatMl.End => "chatml",
                Llama3.End => "llama3",
                _ => "none",
            }
        );
    }

    // A token is written as its text, or as an object with its text under "content".
    private static string? TokenText(JsonElement token) =>
        token.ValueKind switch
        {
            JsonValueKind.String => token.GetString(),
            JsonValueKind.Object
                when token.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String =>
                content.GetString(),
            _ => null,
        };

    // A text, or a list of named ones of which the one named "default" is for chats.
    private static string? FindJinja(JsonElement config)
    {
        if (!config.TryGetProperty("chat_template", out JsonElement template))
        {
            return null;
        }

        if (template.ValueKind == JsonValueKind.Array)
        {
            template = template
                .EnumerateArray()
                .Where(t => t.TryGetProperty("name", out JsonElement name) && name.ValueEquals("default"))
                .Select(t => t.GetProperty("template"))
                .FirstOrDefault();
        }

        return template.ValueKind == JsonValueKind.String ? template.GetString() : null;
    }

    private static JsonElement ReadConfig(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement.Clone();
            return root.ValueKind == JsonValueKind.Object ? root : throw new InvalidDataException($"{file}: expected a JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: not valid JSON: {e.Message}", e);
        }
    }

    private static InvalidDataException Unknown(string file) =>
        new(
            $"{file}: its chat template is none of those known ({string.Join(", ", ChatTemplates.Names)}). Choose one of these by name if it fits the model."
        );

    [GeneratedRegex(@"<\|im_start\|>system(\\n|\n)(?<text>[^<'""]+)<\|im_end\|>")]
    private static partial Regex SystemLiteral();

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape();
}
