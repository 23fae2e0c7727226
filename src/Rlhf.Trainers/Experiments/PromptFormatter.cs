using System.Text;
using Rlhf.Chat;
using Rlhf.Datasets;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Tokenizers;

namespace Rlhf.Trainers.Experiments;

/// <summary>Turns problems into prompts, and worked solutions into what supervised training imitates.</summary>
public sealed class PromptFormatter
{
    private readonly ITokenizer _tokenizer;
    private readonly ChatTemplate? _chat;
    private readonly PromptOptions _options;
    private readonly int _endToken;

    /// <summary>Makes a formatter.</summary>
    /// <param name="tokenizer">The policy's tokenizer.</param>
    /// <param name="chat">The chat template; null and <c>none</c> are the same, the user's text and nothing else.</param>
    /// <param name="options">The user's text and the system message.</param>
    /// <param name="endToken">The token that ends an answer.</param>
    /// <exception cref="ArgumentException">There is a system message, and no chat that could hold it.</exception>
    public PromptFormatter(ITokenizer tokenizer, ChatTemplate? chat, PromptOptions options, int endToken)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        (_tokenizer, _chat, _options, _endToken) = (tokenizer, chat?.Name == PromptOptions.PlainText ? null : chat, options, endToken);
        if (_chat is null && options.System is not null)
        {
            throw new ArgumentException($"prompt:system: {PromptOptions.NoSystem}", nameof(options));
        }
    }

    /// <summary>The prompt of a problem. Special tokens spelled out in the problem are read as plain text.</summary>
    public Prompt Format(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        string text = UserText(problem);
        return new(
            problem,
            _chat is null ? _tokenizer.Encode(text) : _tokenizer.Encode(_chat.Render(Messages(text), new() { AddGenerationPrompt = true }))
        );
    }

    /// <summary>Whether a problem's prompt has at most <paramref name="maxTokens"/> tokens.</summary>
    public bool Fits(Problem problem, int maxTokens)
    {
        ArgumentNullException.ThrowIfNull(problem);

        // A byte-level tokenizer makes at most one token of an ASCII character, and perhaps adds a space, so a short text need not be
        // encoded.
        string text = UserText(problem);
        return (_chat is null && text.Length < maxTokens && Ascii.IsValid(text)) || Format(problem).TokenIds.Count <= maxTokens;
    }

    /// <summary>Prompt and worked solution, ended by the end token.</summary>
    /// <exception cref="InvalidDataException">The problem has no worked solution.</exception>
    public TokenSequence FormatSolved(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        string solution =
            problem.Solution
            ?? throw new InvalidDataException(
                $"Problem {problem.Id} has no worked solution to train on. Name its field in Data:Train:Solution, or leave the Sft section out."
            );
        return new(Format(problem).TokenIds, [.. _tokenizer.Encode(solution), _endToken]);
    }

    private string UserText(Problem problem) =>
        _options.Template.Replace(PromptOptions.QuestionPlace, problem.Question, StringComparison.Ordinal);

    private List<ChatMessage> Messages(string text) =>
        _options.System is { } system ? [new(ChatRole.System, system), new(ChatRole.User, text)] : [new(ChatRole.User, text)];
}
