using Rlhf.Datasets;
using Rlhf.Generation;
using Rlhf.Metrics;
using Rlhf.Records;
using Rlhf.Shaping;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>The reinforcement-learning phase: draws prompts, lets the trainer make an iteration, writes its record.</summary>
internal sealed class PolicyPhase : ITrainingPhase
{
    // Completions of an iteration that are kept with their rewards: some of a group, so that their advantages can be compared.
    private const int KeptGroups = 4;
    private const int KeptSamples = 2;

    // Visits are unique over the run: those of a later phase begin here.
    private const long VisitsOfAPhase = 1L << 40;

    private readonly AlgorithmOptions _options;
    private readonly long _firstVisit;
    private readonly RewardPipeline _pipeline;
    private readonly PolicyTrainer _trainer;
    private readonly IProblemSource _problems;
    private readonly PromptFormatter _formatter;
    private readonly ShuffledCursor _cursor;
    private readonly IRunRecorder _recorder;
    private readonly HackingWatch? _watch;

    public PolicyPhase(
        string name,
        AlgorithmOptions options,
        int evaluateEvery,
        PolicyTrainerParts parts,
        IProblemSource problems,
        PromptFormatter formatter,
        IRunRecorder recorder,
        HackingWatch? watch,
        int policyPhasesBefore
    )
    {
        (Name, EvaluateEvery) = (name, evaluateEvery);
        (_options, _problems, _formatter, _recorder, _watch) = (options, problems, formatter, recorder, watch);
        _firstVisit = policyPhasesBefore * VisitsOfAPhase;
        Optimizer = new(parts.Policy.NamedParameters, options.Optimizer, options.Iterations * options.Epochs * options.Minibatches);
        _pipeline = parts.Pipeline;
        _trainer = new(parts, new(parts.Policy, Optimizer, options.UpdateSettings()));
        _cursor = new(problems.Count, parts.Sampling.Seed, Name);
    }

    public string Name { get; }

    public int Iterations => _options.Iterations;

    public int EvaluateEvery { get; }

    public int ProblemsPerIteration => _options.PromptsPerIteration;

    public int OptimizerStepsPerIteration => _options.Epochs * _options.Minibatches;

    public AdamWOptimizer Optimizer { get; }

    public long Position
    {
        get => _cursor.Position;
        set => _cursor.Position = value;
    }

    public IReadOnlyList<(string Name, Tensor Value)> State => _pipeline.State;

    public void Restore(IReadOnlyDictionary<string, Tensor> state) => _pipeline.Restore([.. state.Select(t => (t.Key, t.Value))]);

    public bool Stops(double accuracy, int evaluationsWithoutBest) =>
        _options.EarlyStop is { } rule && (accuracy >= rule.TargetAccuracy || evaluationsWithoutBest >= rule.Patience);

    public PhaseStep Step(int step, PhaseClock clock)
    {
        PromptVisit[] visits = [.. Enumerable.Range(0, _options.PromptsPerIteration).Select(_ => Draw())];
        PolicyIteration iteration = _trainer.Step(visits, step, new Monitor(clock, _recorder));
        IterationRecord record = new(Name, step);
        WriteRollout(record, iteration);
        foreach (Metric metric in iteration.Metrics)
        {
            record[metric.Name] = metric.Value;
        }

        OptimizerMetrics.WriteTo(record, MetricNames.PolicyLoss, iteration.Updates, Optimizer);
        WriteSpeed(record, iteration, clock);
        bool ends = _watch?.Observe(record) ?? false;
        return new(record, iteration.Updates)
        {
            Completions = iteration.Rewards.Completions(Name, step, KeptGroups, KeptSamples),
            Inspect = update =>
                update.Rows.Select(i => new
                {
                    prompt = iteration.Rows[i].Prompt.TokenIds,
                    response = iteration.Rows[i].Response.TokenIds,
                    logProbs = iteration.Rows[i].Response.LogProbs,
                    text = iteration.Rows[i].Text,
                }),
            EndsPhase = ends,
        };
    }

    public void Recall(IEnumerable<IterationRecord> records)
    {
        IterationRecord[] all = [.. records];
        _watch?.Recall(all);
        _trainer.InvalidInARow = all.Reverse().TakeWhile(LearnedNothing).Count();
    }

    // All samples left out, as in an iteration in which a source died.
    private static bool LearnedNothing(IterationRecord record) =>
        record.Find(MetricNames.RewardInvalid) is { } invalid && invalid == record.Find(MetricNames.RolloutSamples);

    public void Dispose() => Optimizer.Dispose();

    private PromptVisit Draw()
    {
        long visit = _firstVisit + _cursor.Position;
        return new(visit, _formatter.Format(_problems[_cursor.Next()]));
    }

    private static void WriteRollout(IterationRecord record, PolicyIteration iteration)
    {
        int[] lengths = [.. iteration.Rows.Select(r => r.Response.TokenIds.Length)];
        record[MetricNames.RolloutPrompts] = iteration.Rows.Select(r => r.Response.VisitId).Distinct().Count();
        record[MetricNames.RolloutSamples] = lengths.Length;
        record[MetricNames.RolloutTokens] = lengths.Sum(n => (long)n);
        record[MetricNames.RolloutResponseLength] = lengths.Average();
        record[MetricNames.RolloutResponseLengthMax] = lengths.Max();
        record[MetricNames.RolloutSteps] = iteration.Rows.Average(r => (double)r.Steps.Count);
        record[MetricNames.RolloutTruncated] = iteration.Rows.Average(r => r.Response.Truncated ? 1.0 : 0.0);
    }

    private static void WriteSpeed(IterationRecord record, PolicyIteration iteration, PhaseClock clock)
    {
        double sampled = iteration.Rows.Sum(r => (long)r.Response.TokenIds.Length),
            seen = iteration.Rows.Sum(r => (long)r.Tokens.Length);
        double epochs = (double)iteration.Updates.Sum(u => u.Rows.Count) / iteration.Rows.Count;
        double all = clock.Total.TotalSeconds;
        record[MetricNames.TimeTokensPerSecond] = sampled / all;
        record[MetricNames.TimeRolloutTokensPerSecond] = sampled / clock.Of("rollout").TotalSeconds;
        record[MetricNames.TimeScoreDeadlines] = iteration.Scores.Sources.Sum(s => s.Failures.Deadline);
        record[MetricNames.TimeUpdateTokensPerSecond] = seen * epochs / clock.Of("update").TotalSeconds;
    }

    private sealed class Monitor(PhaseClock clock, IRunRecorder recorder)
        : IIterationMonitor,
            IProgress<RolloutProgress>,
            IProgress<int>,
            IProgress<double>
    {
        private const int Whole = 1000;

        public IProgress<RolloutProgress> Rollout => this;

        public IProgress<int> Scoring => this;

        public IProgress<double> Update => this;

        public T Time<T>(string activity, Func<T> work) => clock.Time(activity, work);

        public void Report(RolloutProgress value) => recorder.Progress(new(RunActivity.Rollout, value.Finished, value.Total, value.Tokens));

        public void Report(int value) => recorder.Progress(new(RunActivity.Scoring, value, 0));

        public void Report(double value) => recorder.Progress(new(RunActivity.Update, (long)(value * Whole), Whole));
    }
}
