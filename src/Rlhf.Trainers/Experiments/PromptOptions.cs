using System.ComponentModel.DataAnnotations;

namespace Rlhf.Trainers.Experiments;

/// <summary>How a problem becomes a prompt.</summary>
public sealed record PromptOptions : IValidatableObject
{
    internal const string QuestionPlace = "{question}";

    /// <summary>The user's text; <c>{question}</c> stands for the problem and has to be there.</summary>
    /// <value>Default <c>{question}</c>.</value>
    public string Template { get; init; } = QuestionPlace;

    /// <summary>System message of a chat; null for the template's own default.</summary>
    /// <value>Default null.</value>
    public string? System { get; init; }

    /// <summary>
    /// Chat template: <c>auto</c> recognises the tokenizer's own; <c>chatml</c>, <c>smollm2</c>, <c>qwen2.5</c>, <c>qwen3</c>,
    /// <c>llama3</c>; <c>none</c> for the plain text.
    /// </summary>
    /// <value>Default <c>auto</c>.</value>
    public string Chat { get; init; } = "auto";

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
    }
}
