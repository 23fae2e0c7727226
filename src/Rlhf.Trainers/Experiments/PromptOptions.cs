using System.ComponentModel.DataAnnotations;
using Rlhf.Chat;

namespace Rlhf.Trainers.Experiments;

/// <summary>How a problem becomes a prompt.</summary>
public sealed record PromptOptions : IValidatableObject
{
    internal const string QuestionPlace = "{question}";

    internal const string PlainText = "none";

    internal const string NoThinking = "plain text knows no thinking, so leave it null.";

    internal const string NoSystem =
        "plain text has no system message; put the text into prompt:template, or name a chat template in prompt:chat.";

    /// <summary>
    /// The user's text; <c>{question}</c> stands for the problem and has to be there. Without a chat template it is the whole prompt, so it
    /// holds what is to stand before the answer, such as a line break.
    /// </summary>
    /// <value>Default <c>{question}</c>.</value>
    public string Template { get; init; } = QuestionPlace;

    /// <summary>System message of a chat; null for the template's own default. Plain text has none: there it belongs into <see cref="Template"/>.</summary>
    /// <value>Default null.</value>
    public string? System { get; init; }

    /// <summary>
    /// Chat template: <c>auto</c> recognises the tokenizer's own by its text; <c>chatml</c>, <c>smollm2</c>, <c>qwen2.5</c>, <c>qwen3</c>,
    /// <c>qwen3-instruct-2507</c>, <c>qwen3-thinking-2507</c>, <c>llama3</c>, <c>llama3.1</c> instead of it, whatever the tokenizer has; <c>none</c> for the text of <see cref="Template"/> and nothing else.
    /// </summary>
    /// <value>Default <c>auto</c>.</value>
    public string Chat { get; init; } = "auto";

    /// <summary>
    /// Whether the policy may think before it answers, for chat templates that know thinking (<c>qwen3</c>): what they call
    /// <c>enable_thinking</c>. With false every prompt ends in an empty pair of think tags. It holds for training, worked solutions and
    /// evaluation alike; null leaves it to the template, which for <c>qwen3</c> means yes.
    /// </summary>
    /// <value>Default null.</value>
    public bool? Thinking { get; init; }

    /// <summary>Longest prompt in tokens; problems with longer ones are left out, counted and reported.</summary>
    /// <value>Default 1024.</value>
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 1024;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Template.Contains(QuestionPlace, StringComparison.Ordinal))
        {
            yield return new($"must contain {QuestionPlace}, which stands for the problem.", [nameof(Template)]);
        }

        if (ChatTemplates.Fault(Chat) is { } fault)
        {
            yield return new(fault, [nameof(Chat)]);
        }

        if (Chat == PlainText && System is not null)
        {
            yield return new(NoSystem, [nameof(System)]);
        }

        if (Chat == PlainText && Thinking is not null)
        {
            yield return new(NoThinking, [nameof(Thinking)]);
        }
    }
}
