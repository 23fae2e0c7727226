using System.Globalization;
using System.Text.Json;
using Rlhf.Json;
using Rlhf.Tokenizers;

namespace Rlhf.Chat;

/// <summary>Knows a folder's chat template by the whole of its Jinja text.</summary>
internal static class ChatTemplateDetector
{
    public static ChatTemplate Detect(string folder)
    {
        string jinjaFile = Path.Combine(folder, "chat_template.jinja");
        string configFile = Path.Combine(folder, "tokenizer_config.json");
        if (File.Exists(jinjaFile))
        {
            return Recognise(JinjaFile(jinjaFile), jinjaFile);
        }

        if (!File.Exists(configFile))
        {
            return ChatTemplates.ByName("none");
        }

        JsonElement config = ReadConfig(configFile);
        return FindJinja(config, configFile) is { } jinja ? Recognise(jinja, configFile) : ByEndToken(config);
    }

    private static ChatTemplate Recognise(string jinja, string file)
    {
        JinjaText text = JinjaText.Read(jinja);
        return KnownChatTemplates.Find(text) switch
        {
            null => throw Unknown(file, text),
            "chatml" when text.System is { } system => system == ChatMlTemplate.SmolLm2System
                ? ChatTemplates.ByName("smollm2")
                : new ChatMlTemplate("chatml", system),
            "qwen2.5" when text.System is { } system && system != Qwen25Template.QwenSystem => new Qwen25Template(system),
            "llama3, always prompting" => new Llama3Template(alwaysPrompts: true),
            { } name => ChatTemplates.ByName(name),
        };
    }

    private static ChatTemplate ByEndToken(JsonElement config)
    {
        string? end = config.TryGetProperty("eos_token", out JsonElement token) ? TokenizerConfig.TokenText(token) : null;
        return ChatTemplates.ByName(
            end switch
            {
                ChatMl.End => "chatml",
                Llama3.End => "llama3",
                _ => "none",
            }
        );
    }

    // A text, or a list of named ones of which the one named "default" is for chats.
    private static string? FindJinja(JsonElement config, string file)
    {
        if (!config.TryGetProperty("chat_template", out JsonElement template) || template.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (template.ValueKind == JsonValueKind.Array)
        {
            JsonElement[] named = [.. template.EnumerateArray()];
            if (
                named.FirstOrDefault(t => TextOf(t, "name") is null || TextOf(t, "template") is null) is
                { ValueKind: not JsonValueKind.Undefined }
            )
            {
                throw new InvalidDataException(
                    $"{file}: chat_template is a list, and one of its entries lacks a name or a template; both must be texts."
                );
            }

            JsonElement chats = named.FirstOrDefault(t => TextOf(t, "name") == "default");
            return chats.ValueKind == JsonValueKind.Object
                ? TextOf(chats, "template")
                : throw new InvalidDataException(
                    $"{file}: chat_template is a list without an entry 'default'. Choose a template by name ({Names}) if one fits the model."
                );
        }

        return template.ValueKind == JsonValueKind.String
            ? template.GetString()
            : throw new InvalidDataException($"{file}: chat_template must be a text or a list of named texts.");
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string JinjaFile(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? System.Text.Encoding.UTF8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes)
            : throw new InvalidDataException($"{file}: it is no UTF-8 text.");
    }

    private static JsonElement ReadConfig(string file)
    {
        try
        {
            using JsonDocument document = JsonText.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement.Clone();
            return root.ValueKind == JsonValueKind.Object ? root : throw new InvalidDataException($"{file}: expected a JSON object.");
        }
        catch (JsonTextException e)
        {
            throw new InvalidDataException($"{file}, {e.Message}", e);
        }
    }

    private static InvalidDataException Unknown(string file, JinjaText jinja)
    {
        (string name, string of, double share) = KnownChatTemplates.Nearest(jinja);
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: its chat template is none of those known here. Nearest is '{name}' ({of}), which shares about {share:P0} of its pieces. Choose one by name ({Names}) if it writes what the model was trained on."
            )
        );
    }

    private static string Names => string.Join(", ", ChatTemplates.Names);
}
