using Rlhf.Chat;
using Rlhf.Configuration;
using Rlhf.Models;
using Rlhf.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.ModelRewards;

/// <summary>A reward model with its tokenizer and chat format, and the reading of scores in micro-batches.</summary>
internal sealed class LoadedRewardModel : IDisposable
{
    private readonly RewardModel _model;
    private readonly BpeTokenizer _tokenizer;
    private readonly ChatTemplate _chat;
    private readonly ScoreActivation _activation;
    private readonly int _maxTokens;
    private readonly int _microBatchTokens;

    public LoadedRewardModel(RewardModelOptions options, ScoreActivation activation, ModelLoadOptions load)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsCheck.Require(options);
        if (!Directory.Exists(options.Path))
        {
            throw new ArgumentException(
                $"reward model '{options.Name}': there is no folder {options.Path}; path names a Hugging Face folder with the model and its tokenizer.json.",
                nameof(options)
            );
        }

        _tokenizer = BpeTokenizer.Load(options.Path);
        _chat = options.Chat == "auto" ? ChatTemplates.Detect(options.Path) : ChatTemplates.ByName(options.Chat);
        _activation = activation;
        _model = RewardModel.Load(options.Path, load with { IgnoreKeys = [.. load.IgnoreKeys, .. options.IgnoreKeys] });
        _maxTokens = Math.Min(options.MaxTokens ?? int.MaxValue, _model.Config.MaxPositions);
        _microBatchTokens = options.MicroBatchTokens;
    }

    /// <summary>The bounds of scores.</summary>
    public (double Minimum, double Maximum)? Range => _activation == ScoreActivation.Sigmoid ? (0, 1) : null;

    /// <summary>A chat as ids, ready for an answer: in plain text the question and the line break that parts it from the answer.</summary>
    public int[] Prompt(Completion completion) =>
        _chat.HasMarkup
            ? Encode([new(MessageRole.User, completion.Problem.Question)], answerFollows: true)
            : Encode([new(MessageRole.User, completion.Problem.Question), new(MessageRole.Assistant, "")], answerFollows: false);

    /// <summary>A chat with its answer as ids.</summary>
    public int[] Whole(Completion completion) =>
        Encode([new(MessageRole.User, completion.Problem.Question), new(MessageRole.Assistant, completion.Text)], answerFollows: false);

    /// <summary>
    /// A step and its separator as ids. The separator may be a special token of the model's; what looks like one in the step is text.
    /// </summary>
    public int[] Step(string text, string separator) => _tokenizer.Encode([new(text, isTemplate: false), new(separator, isTemplate: true)]);

    /// <summary>Index of the token at which a whole sequence is scored.</summary>
    public int ScoredToken(int[] sequence) => _model.ScoredToken(sequence);

    /// <summary>Most tokens of a sequence.</summary>
    public int MaxTokens => _maxTokens;

    /// <summary>Whether a sequence can be scored.</summary>
    public bool Fits(IReadOnlyList<int> sequence) => sequence.Count > 0 && sequence.Count <= _maxTokens;

    /// <summary>Scores at places of sequences that all fit, in their order.</summary>
    public float[] Read(IReadOnlyList<(int[] Sequence, int[] Places)> sequences, CancellationToken cancellationToken)
    {
        List<float> scores = [];
        for (int from = 0; from < sequences.Count; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            int to = from,
                tokens = 0;
            while (to < sequences.Count && (to == from || tokens + sequences[to].Sequence.Length <= _microBatchTokens))
            {
                tokens += sequences[to++].Sequence.Length;
            }

            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            (int[] Sequence, int[] Places)[] part = [.. sequences.Skip(from).Take(to - from)];
            if (part.Any(p => p.Places.Length > 0))
            {
                Tensor raw = _model.ScoreAt([.. part.Select(p => p.Sequence)], [.. part.Select(p => p.Places)]);
                scores.AddRange((_activation == ScoreActivation.Sigmoid ? raw.sigmoid() : raw).cpu().data<float>());
            }

            from = to;
        }

        return [.. scores];
    }

    public void Dispose() => _model.Dispose();

    // A chat template writes its begin token itself; plain text gets the one of the tokenizer's files.
    private int[] Encode(Message[] messages, bool answerFollows)
    {
        int[] ids = _tokenizer.Encode(_chat.Render(messages, new() { AddGenerationPrompt = answerFollows }));
        return _chat.HasMarkup ? ids : [.. _tokenizer.TextPrefix, .. ids];
    }
}
