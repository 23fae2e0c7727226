using System.Text;
using Rlhf.Chat;
using Rlhf.Configuration;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Tokenizers;

namespace Rlhf.Trainers.Experiments;

/// <summary>Turns problems into prompts, and worked solutions into what supervised training imitates.</summary>
public sealed class PromptFormatter
{
    private const int MostAdded = 4;

    private readonly ITokenizer _tokenizer;
    private readonly ChatTemplate? _chat;
    private readonly PromptOptions _options;
    private readonly int _endToken;

    /// <summary>Makes a formatter.</summary>
    /// <param name="tokenizer">The policy's tokenizer.</param>
    /// <param name="chat">The chat template; null and <c>none</c> are the same, the user's text and nothing else.</param>
    /// <param name="options">The user's text and the system message.</param>
    /// <param name="endToken">The token that ends an answer.</param>
    /// <exception cref="ArgumentException">
    /// There is a system message, and no chat that could hold it; or thinking is on or off, and the template knows none.
    /// </exception>
    public PromptFormatter(ITokenizer tokenizer, ChatTemplate? chat, PromptOptions options, int endToken)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Require(options with { System = null });
        (_tokenizer, _chat, _options, _endToken) = (tokenizer, chat?.Name == PromptOptions.PlainText ? null : chat, options, endToken);
        if (_chat is null && options.System is not null)
        {
            throw new ArgumentException($"prompt:system: {PromptOptions.NoSystem}", nameof(options));
        }

        if (options.Thinking is not null && _chat?.SupportsThinking != true)
        {
            string reason = _chat is null
                ? PromptOptions.NoThinking
                : $"the chat template '{_chat.Name}' knows no thinking, so leave it null.";
            throw new ArgumentException($"prompt:thinking: {reason}", nameof(options));
        }
    }

    /// <summary>How prompts are written, for people: the template, and whether it asks for thoughts.</summary>
    internal string Style =>
        _chat is null ? "plain text"
        : _options.Thinking is { } thinking ? $"chat template '{_chat.Name}', thinking {(thinking ? "on" : "off")}"
        : $"chat template '{_chat.Name}'";

    /// <summary>What the tokenizer's files put after every prompt: nothing where a chat template writes it.</summary>
    internal IReadOnlyList<int> TextSuffix => _chat is null ? _tokenizer.TextSuffix : [];

    /// <summary>
    /// The prompt of a problem. Special tokens spelled out in the problem are read as plain text. Plain text gets the tokens that the
    /// tokenizer's files put around it; a chat template writes its own.
    /// </summary>
    public Prompt Format(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        string text = UserText(problem);
        return new(
            problem,
            _chat is null
                ? [.. _tokenizer.TextPrefix, .. _tokenizer.Encode(text), .. _tokenizer.TextSuffix]
                : _tokenizer.Encode(Render(_chat, Messages(text), answerFollows: true))
        );
    }

    /// <summary>Whether a problem's prompt has at most <paramref name="maxTokens"/> tokens.</summary>
    public bool Fits(Problem problem, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(problem);

        // A byte-level tokenizer makes at most one token of an ASCII character, and perhaps adds a space, so a short text need not be
        // encoded.
        string text = UserText(problem);
        int around = _tokenizer.TextPrefix.Count + _tokenizer.TextSuffix.Count;
        return (_chat is null && text.Length + around < maxTokens && Ascii.IsValid(text)) || Format(problem).TokenIds.Count <= maxTokens;
    }

    /// <summary>Whether a problem's prompt and worked solution, with the end token, have at most <paramref name="maxTokens"/> tokens.</summary>
    internal bool SolvedFits(Problem problem, int maxTokens)
    {
        // As above; the tokens that a tokenizer may add are few.
        string text = UserText(problem) + problem.Solution;
        int around = _tokenizer.TextPrefix.Count + _tokenizer.TextSuffix.Count + MostAdded;
        return (_chat is null && text.Length + around <= maxTokens && Ascii.IsValid(text)) || FormatSolved(problem).Length <= maxTokens;
    }

    /// <summary>
    /// Prompt and worked solution, ended by the end token. The solution has the form that the chat template writes after the prompt: Qwen3's
    /// puts an empty pair of think tags before a solution without thoughts, unless the prompt ends in one already.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The problem has no worked solution, or one that the template does not write after this prompt: thoughts where thinking is off.
    /// </exception>
    public TokenSequence FormatSolved(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        string solution =
            problem.Solution
            ?? throw new InvalidDataException(
                $"Problem {problem.Id} has no worked solution to train on. Name its field in Data:Train:Solution, or leave the phase out."
            );
        int[] answer = _chat is null ? _tokenizer.Encode(solution) : _tokenizer.Encode(Answer(_chat, problem, solution));
        return new(Format(problem).TokenIds, [.. answer, _endToken]);
    }

    /// <summary>What this formatter and sampling options are, for the model's folder.</summary>
    internal TrainedPrompt Describe(SamplingOptions sampling) =>
        new(_options with { Chat = _chat?.Name ?? PromptOptions.PlainText }, _chat?.DefaultSystem, _endToken, sampling);

    private IReadOnlyList<TextSegment> Answer(ChatTemplate chat, Problem problem, string solution)
    {
        List<Message> messages = Messages(UserText(problem));
        IReadOnlyList<TextSegment> prompt = Render(chat, messages, answerFollows: true);
        IReadOnlyList<TextSegment> whole = Render(chat, [.. messages, new(MessageRole.Assistant, solution)], answerFollows: false);
        return SolvedChat.Answer(prompt, whole, chat.EndOfTurn)
            ?? throw new InvalidDataException(
                _options.Thinking == false
                    ? $"Problem {problem.Id}: its solution holds thoughts, and prompt:thinking is false. Train on solutions without thoughts, or leave prompt:thinking null."
                    : $"Problem {problem.Id}: the chat template '{chat.Name}' writes the prompt differently once a solution follows, so there is no answer to train on."
            );
    }

    private IReadOnlyList<TextSegment> Render(ChatTemplate chat, IReadOnlyList<Message> messages, bool answerFollows) =>
        chat.Render(messages, new() { AddGenerationPrompt = answerFollows, EnableThinking = _options.Thinking });

    private string UserText(Problem problem) =>
        _options.Template.Replace(PromptOptions.QuestionPlace, problem.Question, StringComparison.Ordinal);

    private List<Message> Messages(string text) =>
        _options.System is { } system ? [new(MessageRole.System, system), new(MessageRole.User, text)] : [new(MessageRole.User, text)];
}
