using Microsoft.Extensions.Logging;
using Rlhf.Generation;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Trainers.Experiments;

/// <summary>Greedy accuracy: the share of problems whose most probable answer the verifier gives more than half its points.</summary>
public sealed class GreedyEvaluator
{
    private readonly IRolloutEngine _engine;
    private readonly ITokenizer _tokenizer;
    private readonly IRewardSource _verifier;
    private readonly RewardScorer _scorer;
    private readonly SamplingOptions _sampling;
    private readonly StepOptions _steps;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="engine">Answers the problems.</param>
    /// <param name="tokenizer">The policy's tokenizer.</param>
    /// <param name="verifier">An outcome source that gives 1 for right and 0 for wrong.</param>
    /// <param name="sampling">Length and ends of an answer; the temperature is taken as 0.</param>
    /// <param name="options">Deadline and parallelism of scoring.</param>
    /// <param name="steps">What a step is.</param>
    /// <param name="logger">Is told what could not be scored; without one <see cref="EvaluationResult.FirstFailure"/> says it.</param>
    public GreedyEvaluator(
        IRolloutEngine engine,
        ITokenizer tokenizer,
        IRewardSource verifier,
        SamplingOptions sampling,
        RewardScorerOptions options,
        StepOptions steps,
        ILogger? logger = null
    )
    {
        (_engine, _tokenizer, _verifier, _steps) = (engine, tokenizer, verifier, steps);
        RewardScorerOptions own = options with { Deadlines = options.Deadlines.Where(d => d.Key == verifier.Name).ToDictionary() };
        _scorer = new([verifier], own, logger);
        _sampling = sampling with { Temperature = 0, TopK = 0, TopP = 1, MinP = 0 };
    }

    /// <summary>Answers and scores every problem once.</summary>
    /// <param name="prompts">The problems, at least one.</param>
    /// <param name="progress">Told how many problems are answered.</param>
    /// <param name="cancellationToken">Looked at between two tokens.</param>
    public EvaluationResult Run(
        IReadOnlyList<Prompt> prompts,
        IProgress<RolloutProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(prompts);
        RolloutRequest[] requests = [.. prompts.Select((p, i) => new RolloutRequest(p.TokenIds, i))];
        IReadOnlyList<RolloutSequence> responses = _engine.Generate(requests, _sampling, progress, cancellationToken);
        Rollout[] rollouts = [.. prompts.Zip(responses, (p, r) => Rollout.Create(p, r, _tokenizer, _steps))];
        RewardScores scores = _scorer.Score([.. rollouts.Select(r => r.Completion)], cancellationToken: cancellationToken);
        double?[] values = [.. scores[_verifier.Name].Values.Select(v => v[0])];
        return new(rollouts, values) { FirstFailure = scores[_verifier.Name].FirstFailure };
    }
}

/// <summary>What an evaluation found.</summary>
/// <param name="Rollouts">The answers.</param>
/// <param name="Scores">The verifier's score of each; null where it could not be scored.</param>
public sealed record EvaluationResult(IReadOnlyList<Rollout> Rollouts, IReadOnlyList<double?> Scores)
{
    private const double RightAbove = 0.5;

    /// <summary>Right answers over all problems, a fraction; what could not be scored counts as unsolved.</summary>
    public double Accuracy => (double)Scores.Count(s => s > RightAbove) / Scores.Count;

    /// <summary>The first answer that could not be scored, and why; null where all were.</summary>
    public SourceFailure? FirstFailure { get; init; }

    /// <summary>Answers that could not be scored.</summary>
    public int Invalid => Scores.Count(s => s is null);
}
