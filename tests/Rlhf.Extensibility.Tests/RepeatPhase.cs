using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Sft;
using static TorchSharp.torch;

namespace Rlhf.Extensibility.Tests;

/// <summary>A phase: teaches the policy to repeat the question.</summary>
public sealed record RepeatOptions : PhaseOptions
{
    public int BatchSize { get; init; } = 4;

    public OptimizerOptions Optimizer { get; init; } = new() { LearningRate = 0.003 };
}

internal sealed class RepeatPlan(RepeatOptions options, PhaseContext context) : IPhasePlan
{
    public ITrainingPhase Begin(IRunRecorder recorder, bool resumes) => new RepeatPhase(options, context);
}

internal sealed class RepeatPhase : ITrainingPhase
{
    private readonly RepeatOptions _options;
    private readonly PhaseContext _context;
    private readonly SftUpdate _update;

    public RepeatPhase(RepeatOptions options, PhaseContext context)
    {
        (_options, _context) = (options, context);
        Optimizer = new(context.Policy.NamedParameters, options.Optimizer, options.Iterations);
        _update = new(context.Policy, Optimizer, microBatchTokens: 4096);
    }

    public string Name => _context.Name;

    public int Iterations => _options.Iterations;

    public int EvaluateEvery => 0;

    public int ProblemsPerIteration => _options.BatchSize;

    public int OptimizerStepsPerIteration => 1;

    public AdamWOptimizer Optimizer { get; }

    public long Position { get; set; }

    public IReadOnlyList<(string Name, Tensor Value)> State => [];

    public bool Stops(double accuracy, int evaluationsWithoutBest) => false;

    public void Restore(IReadOnlyDictionary<string, Tensor> state) { }

    public PhaseStep Step(int step, PhaseClock clock)
    {
        TokenSequence[] rows =
        [
            .. Enumerable
                .Range(0, _options.BatchSize)
                .Select(_ => _context.Problems[(int)(Position++ % _context.Problems.Count)])
                .Select(p => new TokenSequence(_context.Format(p).TokenIds, _context.Tokenizer.Encode(p.Question))),
        ];
        OptimizerStepResult result = clock.Time("update", () => _update.Run(rows));
        return new(new(Name, step) { ["repeat/loss"] = result.Loss }, [result]);
    }

    public void Dispose() => Optimizer.Dispose();
}
