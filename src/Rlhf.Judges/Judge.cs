using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Rlhf.Judges;

/// <summary>A language model as a judge of responses.</summary>
/// <remarks>
/// Answers are cached, so that the same response is judged once. A request that fails for good makes its completion's entry invalid, never
/// 0.
/// </remarks>
public sealed partial class Judge : IRewardSource, IDisposable
{
    private const string RatingPrompt = """
        Judge how well the response below answers the question. Think about whether every step is right and whether the final answer is, then end with a line
        "Rating: n", where n is a whole number from 1 (useless) to 10 (perfect).

        [Question]
        {question}

        [Reference answer]
        {reference}

        [Response]
        {response}
        """;

    private const string PairwisePrompt = """
        Two responses to a question follow. Decide which one answers it better; neither their order nor their length matters. Explain your decision in short, then end with
        "[[A]]" if response A is better, "[[B]]" if response B is better, or "[[C]]" if they are equally good.

        [Question]
        {question}

        [Response A]
        {a}

        [Response B]
        {b}
        """;

    private readonly JudgeOptions _options;
    private readonly JudgeQuestions _questions;
    private readonly ChatClient? _own;

    /// <summary>A judge behind the endpoint that the options name.</summary>
    /// <param name="options">Where it is and what it is asked.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The environment variable holds what cannot be a key.</exception>
    /// <exception cref="InvalidDataException">The cache's file is damaged; the message names the line.</exception>
    public Judge(JudgeOptions options)
    {
        _options = Checked(options);
        _own = new(options);
        try
        {
            _questions = new(options, _own);
        }
        catch
        {
            _own.Dispose();
            throw;
        }
    }

    /// <summary>A judge behind any chat client, which the caller keeps and disposes of.</summary>
    /// <param name="options">
    /// What is asked, at most how many requests at once, and the cache, whose entries the endpoint and the model name. Model, token limit and
    /// temperature are passed to the client. Retries and time-outs are the client's own; the keys for them, for the key and for the token
    /// limit's name are not read, but that the deadline of scoring is twice the request's time where it is not named.
    /// </param>
    /// <param name="client">
    /// Who is asked. Of a response its text is read, never its reasoning; one that ended for length or a filter, or is empty, is a failure.
    /// </param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The cache's file is damaged; the message names the line.</exception>
    public Judge(JudgeOptions options, IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _options = Checked(options);
        _questions = new(options, client);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public RewardGranularity Granularity => RewardGranularity.Outcome;

    /// <inheritdoc/>
    public IReadOnlyList<double>? Levels =>
        _options.Protocol == JudgeProtocol.Pairwise
            ? [0, 0.5, 1]
            : [.. Enumerable.Range(RatingReader.Lowest, RatingReader.Highest).Select(n => (double)n)];

    /// <summary>Time for two requests: one that is lost can be made again.</summary>
    public TimeSpan? DefaultDeadline => 2 * _options.RequestTimeout;

    /// <inheritdoc/>
    public int? MaxParallelism => _options.MaxParallelism;

    /// <inheritdoc/>
    public async ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return RewardScore.Outcome(
            _options.Protocol == JudgeProtocol.Rating
                ? await RateAsync(completion, cancellationToken).ConfigureAwait(false)
                : await CompareAsync(completion, cancellationToken).ConfigureAwait(false)
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        _questions.Dispose();
    }

    private static JudgeOptions Checked(JudgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        return options;
    }

    private async Task<double?> RateAsync(Completion completion, CancellationToken cancellationToken) =>
        RatingReader.Read(
            await _questions
                .AskAsync(
                    Fill(
                        _options.Prompt ?? RatingPrompt,
                        ("{question}", completion.Problem.Question),
                        ("{response}", completion.Text),
                        ("{reference}", completion.Problem.Answer ?? "none is given")
                    ),
                    cancellationToken
                )
                .ConfigureAwait(false)
        );

    private async Task<double?> CompareAsync(Completion completion, CancellationToken cancellationToken)
    {
        if ((completion.Problem.Solution ?? completion.Problem.Answer) is not { } reference)
        {
            return null;
        }

        string[] answers = await Task.WhenAll(AskAsync(completion.Text, reference), AskAsync(reference, completion.Text))
            .ConfigureAwait(false);
        int? forResponse = VerdictReader.Read(answers[0]),
            forReference = VerdictReader.Read(answers[1]);
        return forResponse is { } a && forReference is { } b ? 0.5 + 0.5 * Math.Sign(a - b) : null;

        Task<string> AskAsync(string a, string b) =>
            _questions.AskAsync(
                Fill(_options.Prompt ?? PairwisePrompt, ("{question}", completion.Problem.Question), ("{a}", a), ("{b}", b)),
                cancellationToken
            );
    }

    // In one pass, so that a response which spells out a place is not filled itself.
    private static string Fill(string prompt, params (string Place, string Text)[] parts) =>
        Place().Replace(prompt, m => parts.FirstOrDefault(p => p.Place == m.Value).Text ?? m.Value);

    [GeneratedRegex(@"\{[a-z]+\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
