using Rlhf.Configuration;
using Rlhf.Json;

namespace Rlhf.Chat;

/// <summary>The chat templates, by name or by what a model's folder holds.</summary>
public static class ChatTemplates
{
    private static readonly ChatTemplate[] All =
    [
        new ChatMlTemplate("chatml", defaultSystem: null),
        new ChatMlTemplate("smollm2", ChatMlTemplate.SmolLm2System),
        new Qwen25Template(),
        new Qwen3Template(),
        new Qwen3Template("qwen3-instruct-2507", Qwen3Thinking.Never),
        new Qwen3Template("qwen3-thinking-2507", Qwen3Thinking.Always),
        new Llama3Template(),
        new Llama31Template(),
        new PlainTemplate(),
    ];

    /// <summary>
    /// The names: <c>chatml</c>, <c>smollm2</c>, <c>qwen2.5</c>, <c>qwen3</c>, <c>qwen3-instruct-2507</c>,
    /// <c>qwen3-thinking-2507</c>, <c>llama3</c>, <c>llama3.1</c> (also 3.2 and 3.3), <c>none</c> (a message is its content and nothing else).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(t => t.Name)];

    /// <summary>What is wrong with a name in a configuration; null where it is <c>auto</c> or one of <see cref="Names"/>.</summary>
    /// <param name="name">The name.</param>
    public static string? Fault(string name) =>
        name == "auto" || Find(name) is not null
            ? null
            : $"there is no such chat template.{Suggestion.Ask(name, Names)} Choose auto or one of {string.Join(", ", Names)}.";

    private static ChatTemplate? Find(string name) => All.FirstOrDefault(t => t.Name == name);

    /// <summary>The template with a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ChatTemplate ByName(string name) =>
        Find(name)
        ?? throw new ArgumentException(
            $"There is no chat template '{JsonText.Quote(name)}'.{Suggestion.Ask(name, Names)} Choose one of {string.Join(", ", Names)}.",
            nameof(name)
        );

    /// <summary>The template with a name and with a system message of its own, as <see cref="Detect"/> gives it for some folders.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="defaultSystem">What <see cref="ChatTemplate.DefaultSystem"/> is to be; null for none.</param>
    /// <exception cref="ArgumentException">There is none of that name, or it cannot have such a system message.</exception>
    public static ChatTemplate ByName(string name, string? defaultSystem)
    {
        ChatTemplate template = ByName(name);
        return (template, defaultSystem) switch
        {
            _ when template.DefaultSystem == defaultSystem => template,
            (ChatMlTemplate, { } system) => new ChatMlTemplate(name, system),
            (Qwen25Template, { } system) => new Qwen25Template(system),
            _ => throw new ArgumentException(
                $"The chat template '{name}' {(defaultSystem is null ? "always has a system message" : "has no system message")} of its own.",
                nameof(defaultSystem)
            ),
        };
    }

    /// <summary>
    /// The template of a Hugging Face folder: known by the whole text of its Jinja template (<c>chat_template.jinja</c>, else
    /// <c>chat_template</c> in <c>tokenizer_config.json</c>), white space that is not written apart; or, where the folder has none, by its
    /// end token; <c>none</c> where that ends no turn either. ChatML and Qwen2.5 may have any default system message, which is taken over.
    /// </summary>
    /// <param name="folder">The model's or tokenizer's folder.</param>
    /// <exception cref="InvalidDataException">
    /// The folder's Jinja template is none of those known here (the message names the nearest), or its configuration cannot be read.
    /// </exception>
    public static ChatTemplate Detect(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ChatTemplateDetector.Detect(folder);
    }
}
