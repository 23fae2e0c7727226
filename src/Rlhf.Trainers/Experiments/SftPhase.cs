using Rlhf.Datasets;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
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
        SftOptions options,
        ICausalLm model,
        IProblemSource problems,
        PromptFormatter formatter,
        long seed,
        IRunRecorder recorder
    )
    {
        (_options, _problems, _formatter, _recorder) = (options, problems, formatter, recorder);
        Optimizer = new(model.NamedParameters, options.Optimizer, options.Steps);
        _update = new(model, Optimizer, options.MicroBatchTokens);
        _solved = [.. Enumerable.Range(0, problems.Count).Where(i => problems[i].Solution is not null)];
        if (_solved.Length == 0)
        {
            throw new InvalidDataException(
                "No training problem has a worked solution, so there is nothing to imitate. Name the field in Data:Train:Solution or Data:Demonstrations:Solution, or leave the Sft section out."
            );
        }

        _cursor = new(_solved.Length, seed, Name);
    }

    public string Name => "sft";

    public int Steps => _options.Steps;

    public int EvaluateEvery => _options.EvaluateEvery;

    public int ProblemsPerStep => _options.BatchSize;

    public int OptimizerStepsPerStep => 1;

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
        _recorder.Progress(new(RunActivity.SupervisedTraining, step, Steps, tokens));
        return new(record, null, [result], r => r.Rows.Select(i => new { prompt = rows[i].Prompt, response = rows[i].Response }));
    }

    public void Dispose() => Optimizer.Dispose();
}
