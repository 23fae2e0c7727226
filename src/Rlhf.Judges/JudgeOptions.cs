using System.ComponentModel.DataAnnotations;
using Rlhf.Configuration;

namespace Rlhf.Judges;

/// <summary>
/// Options of a <see cref="Judge"/>: a language model behind an OpenAI-compatible endpoint that says how good a response is.
/// </summary>
/// <remarks>
/// Rating: the last "Rating: n" of the reply, n a whole number from 1 to 10 (the direct protocol of RewardMATH, arXiv 2410.01729, whose code
/// takes the first, and 1 where there is none; here that is invalid). It is read in other spellings too ("**Rating:** 8", "Rating (1-10) is
/// 8", "Rating: 8/10"); if the last one is a range, a fraction or out of range, the reply is invalid. Pairwise: the response against the
/// problem's worked solution, or its answer where there is none, shown in both orders; each verdict "[[A]]", "[[B]]" or "[[C]]" for a tie
/// counts +1, −1 or 0 for the response, and the score is 1, 0 or 0.5 for a positive, negative or zero sum (as JudgeBench counts). A reply
/// with two verdicts that differ, and what cannot be read in either order, is invalid. What stands in think tags is never read.
/// </remarks>
public sealed class JudgeOptions : RewardSourceOptions, IValidatableObject
{
    /// <summary>The longest wait for anything.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The channel's name.</summary>
    /// <value>Default <c>judge</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "judge";

    /// <summary>
    /// The endpoint's base, to which <c>/chat/completions</c> is added, such as <c>http://localhost:8000/v1</c>; without user, password and
    /// query.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The judge's name at the endpoint.</summary>
    [MinLength(1)]
    public required string Model { get; init; }

    /// <summary>
    /// The environment variable that holds the key; it is sent as a bearer token and written nowhere. Not set, no key is sent.
    /// </summary>
    /// <value>Default <c>OPENAI_API_KEY</c>.</value>
    [MinLength(1)]
    public string ApiKeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>What is asked: <c>rating</c> or <c>pairwise</c>.</summary>
    /// <value>Default <c>rating</c>.</value>
    public JudgeProtocol Protocol { get; init; } = JudgeProtocol.Rating;

    /// <summary>
    /// The request's text: <c>{question}</c>, <c>{response}</c> and <c>{reference}</c> for a rating; <c>{question}</c>, <c>{a}</c> and
    /// <c>{b}</c> for pairs. Null for a text of the library.
    /// </summary>
    /// <value>Default null.</value>
    public string? Prompt { get; init; }

    /// <summary>Tokens of the judge's answer at the most.</summary>
    /// <value>Default 2048.</value>
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 2048;

    /// <summary>
    /// The request's key for <see cref="MaxTokens"/>: <c>max_completion_tokens</c> for OpenAI's newer models, which refuse
    /// <c>max_tokens</c>.
    /// </summary>
    /// <value>Default <c>max_tokens</c>.</value>
    [MinLength(1)]
    [RegularExpression("^(?!(model|messages|temperature)$)[A-Za-z_]+$")]
    public string TokenLimitKey { get; init; } = "max_tokens";

    /// <summary>The temperature at which the judge answers. Null where the model refuses one: none is sent.</summary>
    /// <value>Default 0; 0 to 2, or null.</value>
    [Range(0.0, 2.0)]
    public double? Temperature { get; init; } = 0;

    /// <summary>Time for one request, after which it is tried again.</summary>
    /// <value>
    /// Default 60 s; more than 0, at most 1 day. The deadline of scoring, twice this time if it is not named, bounds all tries together.
    /// </value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests under way at once.</summary>
    /// <value>Default 8.</value>
    [Range(1, 4096)]
    public int MaxParallelism { get; init; } = 8;

    /// <summary>
    /// Further tries after a failure that may pass: no connection, time-out, status 408, 429 or 5xx, an answer that was cut off, filtered or
    /// is empty. The wait doubles each time, with jitter, or is what <c>Retry-After</c> says.
    /// </summary>
    /// <value>Default 3.</value>
    [Range(0, 100)]
    public int Retries { get; init; } = 3;

    /// <summary>The first wait.</summary>
    /// <value>Default 1 s; 0 or more, at most 1 day.</value>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A file that keeps the judge's whole answers, a line a request, so that a request that was answered is not made again, by a resumed
    /// run neither. Null for memory only.
    /// </summary>
    /// <value>Default null.</value>
    [ConfigurationPath]
    public string? Cache { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // What follows "?" would end up before /chat/completions, and a password in messages and in the run's folder.
        if (Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
        {
            yield return new(
                "endpoint is an absolute http or https address without user, password, query and fragment; a key comes from the variable that apiKeyVariable names.",
                [nameof(Endpoint)]
            );
        }

        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout > Longest)
        {
            yield return new($"requestTimeout is more than 0 and at most 1 day, not {RequestTimeout}.", [nameof(RequestTimeout)]);
        }

        if (RetryDelay < TimeSpan.Zero || RetryDelay > Longest)
        {
            yield return new($"retryDelay is 0 or more and at most 1 day, not {RetryDelay}.", [nameof(RetryDelay)]);
        }

        string[] needed = Protocol == JudgeProtocol.Rating ? ["{question}", "{response}"] : ["{question}", "{a}", "{b}"];
        if (Prompt is not null && needed.FirstOrDefault(n => !Prompt.Contains(n, StringComparison.Ordinal)) is { } missing)
        {
            yield return new($"prompt has no {missing}.", [nameof(Prompt)]);
        }
    }
}
