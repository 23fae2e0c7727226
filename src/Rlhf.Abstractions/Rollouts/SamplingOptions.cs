using System.Globalization;

namespace Rlhf;

/// <summary>How tokens are drawn and when a response ends.</summary>
/// <remarks>
/// Filters run in this order, as in Hugging Face's <c>transformers</c>: temperature, top-k, top-p on the renormalised rest, min-p.
/// Responses that train a policy should leave the three filters off: the log-probs that come back are those of the unfiltered
/// distribution, so a filter makes importance ratios biased.
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>
    /// T: logits are divided by it. 0 takes the most probable token (greedy), and log-probs are then those at temperature 1.
    /// </summary>
    /// <value>Default 1; 0 or greater, finite.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps every token whose logit is at least the k-th largest, so ties at the cut all stay. 0 is off.</summary>
    /// <value>Default 0; 0 or greater.</value>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest most probable tokens whose probabilities reach this sum. 1 is off.</summary>
    /// <value>Default 1; greater than 0, at most 1.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Removes tokens less probable than this share of the most probable one. 0 is off.</summary>
    /// <value>Default 0; from 0 to 1.</value>
    public double MinP { get; init; }

    /// <summary>R: most tokens of a response, the end token included. A response also ends where the model's positions do.</summary>
    /// <value>Default 256; at least 1.</value>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>Tokens that end a response; the one sampled is its last token.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>
    /// Texts that end a response as soon as its decoded text contains one. The tokens up to and including the one that completes the
    /// text are kept, and so is the string in the text that reward sources read: a verifier that looks for <c>&lt;/answer&gt;</c> finds it.
    /// (vLLM cuts it off unless <c>include_stop_str_in_output</c> is set.) A string that is a special token, such as <c>&lt;|im_end|&gt;</c>, is a stop token. Needs an
    /// engine with a tokenizer.
    /// </summary>
    /// <value>Default none; none of them empty.</value>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>The run's seed. With visit id, sample index and position in the response it determines every random number.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>Whether the most probable token is taken and no random number is used.</summary>
    public bool IsGreedy => Temperature == 0;

    /// <summary>Refuses values out of range.</summary>
    /// <param name="vocabularySize">V of the model that samples; stop tokens must lie in it.</param>
    /// <exception cref="ArgumentException">A value is out of range; the message names the option, the value and the range.</exception>
    public void Validate(int vocabularySize)
    {
        Require(
            double.IsFinite(Temperature) && Temperature >= 0,
            nameof(Temperature),
            Temperature,
            "must be 0 (greedy) or greater, and finite"
        );
        Require(TopK >= 0, nameof(TopK), TopK, "must be 0 (off) or greater");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "must be greater than 0 and at most 1 (off)");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "must be from 0 (off) to 1");
        Require(MaxNewTokens >= 1, nameof(MaxNewTokens), MaxNewTokens, "must be at least 1");
        foreach (int id in StopTokenIds)
        {
            Require(id >= 0 && id < vocabularySize, nameof(StopTokenIds), id, $"must be token ids from 0 to {vocabularySize - 1}");
        }

        Require(
            StopStrings.All(s => !string.IsNullOrEmpty(s)),
            nameof(StopStrings),
            "\"\"",
            "must not be empty texts: they would end every response at once"
        );
    }

    private static void Require(bool holds, string option, object value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it {rule}."), option);
        }
    }
}
