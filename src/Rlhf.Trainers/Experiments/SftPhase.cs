using Rlhf.Datasets;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Sft;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>Supervised fine-tuning on worked solutions.</summary>
internal sealed class SftPhase : ITrainingPhase
{
    private readonly SftOptions _options;
    private readonly IProblemSource _problems;
    private readonly int[] _solved;
    private readonly PromptFormatter _formatter;
    private readonly SftUpdate _update;
    private readonly ShuffledCursor _cursor;
    private readonly IRunRecorder _recorder;

    public SftPhase(
        string name,
        SftOptions options,
        ICausalLm model,
        IProblemSource problems,
        PromptFormatter formatter,
        long seed,
        IRunRecorder recorder
    )
    {
        (Name, _options, _problems, _formatter, _recorder) = (name, options, problems, formatter, recorder);
        Optimizer = new(model.NamedParameters, options.Optimizer, options.Iterations);
        _update = new(model, Optimizer, options.MicroBatchTokens);
        _solved = [.. Enumerable.Range(0, problems.Count).Where(i => problems[i].Solution is not null)];
        if (_solved.Length == 0)
        {
            throw new InvalidDataException(
                "No training problem has a worked solution, so there is nothing to imitate. Name the field in Data:Train:Solution or Data:Demonstrations:Solution, or leave the phase out."
            );
        }

        _cursor = new(_solved.Length, seed, Name);
    }

    public string Name { get; }

    public int Iterations => _options.Iterations;

    public int EvaluateEvery => _options.EvaluateEvery;

    public int ProblemsPerIteration => _options.BatchSize;

    public int OptimizerStepsPerIteration => 1;

    public AdamWOptimizer Optimizer { get; }

    public long Position
    {
        get => _cursor.Position;
        set => _cursor.Position = value;
    }

    public IReadOnlyList<(string Name, Tensor Value)> State => [];

    public void Restore(IReadOnlyDictionary<string, Tensor> state) { }

    public bool Stops(double accuracy, int evaluationsWithoutBest) => accuracy >= _options.TargetAccuracy;

    public PhaseStep Step(int step, PhaseClock clock)
    {
        TokenSequence[] rows =
        [
            .. Enumerable.Range(0, _options.BatchSize).Select(_ => _formatter.FormatSolved(_problems[_solved[_cursor.Next()]])),
        ];
        OptimizerStepResult result = clock.Time("update", () => _update.Run(rows));
        long tokens = rows.Sum(r => (long)r.Length);
        IterationRecord record = new(Name, step)
        {
            [MetricNames.SftTokens] = rows.Sum(r => r.Response.Count),
            [MetricNames.TimeTokensPerSecond] = tokens / clock.Of("update").TotalSeconds,
        };
        OptimizerMetrics.WriteTo(record, MetricNames.SftLoss, [result], Optimizer);
        _recorder.Progress(new(RunActivity.SupervisedTraining, step, Iterations, tokens));
        return new(record, [result]) { Inspect = r => r.Rows.Select(i => new { prompt = rows[i].Prompt, response = rows[i].Response }) };
    }

    public void Dispose() => Optimizer.Dispose();
}
