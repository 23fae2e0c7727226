using System.ComponentModel.DataAnnotations;
using Rlhf.Chat;
using Rlhf.Configuration;

namespace Rlhf.ModelRewards;

/// <summary>What every reward model's options have.</summary>
public abstract class RewardModelOptions : RewardSourceOptions, IValidatableObject
{
    /// <summary>The model's Hugging Face folder: a causal trunk with a head of one or two outputs, and its tokenizer.</summary>
    [ConfigurationPath]
    [MinLength(1)]
    public required string Path { get; init; }

    /// <summary>
    /// The model's own chat template: <c>auto</c> recognises it; other names as for the policy's prompt. With <c>none</c> a line break
    /// stands between question and response.
    /// </summary>
    /// <value>Default <c>auto</c>.</value>
    public string Chat { get; init; } = "auto";

    /// <summary>Tokens of a sequence at the most; a longer one is not cut but invalid. Null for the model's own limit.</summary>
    /// <value>Default null.</value>
    [Range(1, 1048576)]
    public int? MaxTokens { get; init; }

    /// <summary>Tokens of a micro-batch at the most. Memory, never the result, depends on it.</summary>
    /// <value>Default 16384.</value>
    [Range(1, 1048576)]
    public int MicroBatchTokens { get; init; } = 16384;

    /// <summary>Keys of the model's config.json that are not known here and may be passed over.</summary>
    /// <value>Default none: an unknown key that is neither null nor false is refused, since it could change the scores.</value>
    public IReadOnlyList<string> IgnoreKeys { get; init; } = [];

    /// <inheritdoc/>
    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ChatTemplates.Fault(Chat) is { } fault)
        {
            yield return new(fault, [nameof(Chat)]);
        }
    }
}
