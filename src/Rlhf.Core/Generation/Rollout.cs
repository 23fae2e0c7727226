using Rlhf.Models;
using Rlhf.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Generation;

/// <summary>One response to a prompt, with the reasoning steps found in it.</summary>
public sealed class Rollout(Prompt prompt, RolloutSequence response, string text, ResponseSteps steps)
{
    /// <summary>What was asked.</summary>
    public Prompt Prompt { get; } = prompt;

    /// <summary>What the policy sampled.</summary>
    public RolloutSequence Response { get; } = response;

    /// <summary>Its text without special tokens.</summary>
    public string Text { get; } = text;

    /// <summary>Its K steps.</summary>
    public ResponseSteps Steps { get; } = steps;

    /// <summary>Prompt and response as tokens.</summary>
    public TokenSequence Tokens => new(Prompt.TokenIds, Response.TokenIds);

    /// <summary>Whether the prompt ends with the opening tag of a thought.</summary>
    public bool BeginsInThought { get; init; }

    /// <summary>What reward sources get.</summary>
    public Completion Completion =>
        new(Prompt.Problem, Text, Steps.Texts, Response.Truncated) { TokenIds = Response.TokenIds, BeginsInThought = BeginsInThought };

    /// <summary>Decodes a response and finds its steps. A stop string stays in the text, a special token does not.</summary>
    /// <param name="prompt">What was asked.</param>
    /// <param name="response">What an engine gave.</param>
    /// <param name="tokenizer">The policy's tokenizer.</param>
    /// <param name="options">What a step is.</param>
    public static Rollout Create(Prompt prompt, RolloutSequence response, ITokenizer tokenizer, StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(tokenizer);
        IncrementalDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: true);
        var text = new System.Text.StringBuilder();
        int[] ends = new int[response.TokenIds.Length];
        for (int t = 0; t < ends.Length; t++)
        {
            text.Append(decoder.Append(response.TokenIds[t]));
            ends[t] = decoder.Bytes;
        }

        text.Append(decoder.Finish());
        string whole = text.ToString();
        return new(prompt, response, whole, StepSegmenter.Locate(whole, ends, response.Truncated, options))
        {
            BeginsInThought = Thoughts.IsOpenedBy(End(prompt, tokenizer)),
        };
    }

    // Written like the response, without special tokens: where tags are such tokens, neither text has them.
    private static string End(Prompt prompt, ITokenizer tokenizer)
    {
        const int Tokens = 64;
        return tokenizer.Decode([.. prompt.TokenIds.Skip(prompt.TokenIds.Count - Tokens)], skipSpecialTokens: true);
    }
}
