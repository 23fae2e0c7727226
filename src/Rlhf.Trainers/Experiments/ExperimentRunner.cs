using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rlhf.Records;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// Runs an experiment: its phases in order, with evaluation, records and checkpoints, from the beginning or from the newest checkpoint.
/// </summary>
internal sealed partial class ExperimentRunner
{
    private readonly Experiment _experiment;
    private readonly CheckpointStore _checkpoints;
    private readonly IRunRecorder _recorder;
    private readonly ILogger _logger;
    private readonly string _folder;
    private int _skippedInARow;

    public ExperimentRunner(Experiment experiment, string folder, CheckpointStore checkpoints, IRunRecorder recorder, ILogger logger)
    {
        (_experiment, _folder, _checkpoints, _recorder, _logger) = (experiment, folder, checkpoints, recorder, logger);
    }

    private ExperimentOptions Options => _experiment.Options;

    /// <summary>Runs to the end, to an early stop, or until it is cancelled.</summary>
    /// <param name="from">Where a checkpoint stood, with its folder; null to begin.</param>
    /// <param name="cancellationToken">Ends the run after the iteration under way, and saves.</param>
    public RunSummary Run((TrainingState State, string Folder)? from, CancellationToken cancellationToken)
    {
        string[] names = [.. _experiment.PhaseNames];
        TrainingState state = from?.State ?? new() { Phase = names[0], Step = 0 };
        RunOutcome outcome = RunOutcome.Completed;
        _skippedInARow = state.SkippedInARow;
        for (int i = Array.IndexOf(names, state.Phase); i < names.Length && outcome != RunOutcome.Interrupted; i++)
        {
            bool resumes = from is not null && names[i] == from.Value.State.Phase;
            using ITrainingPhase phase = _experiment.Begin(names[i], _recorder, resumes);
            if (resumes)
            {
                CheckpointFiles.Restore(from!.Value.Folder, phase, state);
                state = ResumeChecks.WithMoreIterations(state, phase.Iterations, phase.Optimizer.Options);
                phase.Optimizer.ScheduleStart = state.Schedule?.Start ?? 0;
                phase.Recall(MetricsFileRecorder.Read(_folder).Where(r => r.Phase == phase.Name && r.Step > 0 && r.Step <= state.Step));
            }
            else
            {
                state = new()
                {
                    Phase = names[i],
                    Step = 0,
                    PlannedSteps = phase.Iterations,
                    Schedule = ScheduleState.Of(phase.Optimizer.Options, 0),
                    SkippedInARow = state.SkippedInARow,
                };
            }

            (state, outcome) = RunPhase(phase, state, isLast: i == names.Length - 1, cancellationToken);
        }

        double seconds = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
        return new(outcome, state.AccuracyBefore, state.AccuracyAfter, state.Step, seconds) { Notes = _experiment.Notes };
    }

    private (TrainingState State, RunOutcome Outcome) RunPhase(
        ITrainingPhase phase,
        TrainingState state,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        TrainingState saved = state;
        if (isLast && state.AccuracyBefore is null)
        {
            try
            {
                state = saved = state with { AccuracyBefore = MeasureBefore(phase.Name, cancellationToken) };
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return (state, RunOutcome.Interrupted);
            }
        }

        while (!state.PhaseIsOver && !cancellationToken.IsCancellationRequested)
        {
            (state, bool isBest) = Iterate(phase, state, isLast);
            if (state.PhaseIsOver || isBest || IsDue(state.Step, Options.Checkpoints.Every))
            {
                Save(phase, state, isBest);
                saved = state;
            }
        }

        if (saved != state)
        {
            Save(phase, state, isBest: false);
        }

        return (
            state,
            !state.PhaseIsOver ? RunOutcome.Interrupted
            : state.Step < phase.Iterations ? RunOutcome.StoppedEarly
            : RunOutcome.Completed
        );
    }

    // Not cancelled in the middle: what is recorded and saved of an iteration must not depend on when the end was asked for.
    private (TrainingState State, bool IsBest) Iterate(ITrainingPhase phase, TrainingState state, bool isLast)
    {
        int step = state.Step + 1;
        var clock = new PhaseClock();
        PhaseStep made = phase.Step(step, clock);
        HandleSkipped(phase, step, made);
        TrainingState next = state with
        {
            Step = step,
            Position = phase.Position,
            OptimizerSteps = phase.Optimizer.StepCount,
            SkippedInARow = _skippedInARow,
        };
        bool isBest = false,
            over = step >= phase.Iterations || made.EndsPhase;
        if (IsDue(step, phase.EvaluateEvery))
        {
            EvaluationResult evaluation = clock.Time("evaluation", () => _experiment.Validate(_recorder, CancellationToken.None));
            Add(made.Record, evaluation);
            isBest = evaluation.Accuracy > (state.BestAccuracy ?? -1);
            next = next with
            {
                BestAccuracy = isBest ? evaluation.Accuracy : state.BestAccuracy,
                EvaluationsWithoutBest = isBest ? 0 : state.EvaluationsWithoutBest + 1,
            };
            over |= phase.Stops(evaluation.Accuracy, next.EvaluationsWithoutBest);
        }

        if (over && isLast)
        {
            next = next with
            {
                AccuracyAfter = clock.Time("evaluation", () => _experiment.Test(_recorder, CancellationToken.None)).Accuracy,
            };
            made.Record[MetricNames.EvalTestAccuracy] = next.AccuracyAfter.Value;
        }

        clock.WriteTo(made.Record);
        WriteProcess(made.Record);
        _recorder.Record(made.Record);
        if (made.Completions is { } completions)
        {
            _recorder.Completions(completions);
        }

        return (next with { PhaseIsOver = over }, isBest && Options.Checkpoints.KeepBest);
    }

    private double MeasureBefore(string phase, CancellationToken cancellationToken)
    {
        var clock = new PhaseClock();
        EvaluationResult evaluation = clock.Time("evaluation", () => _experiment.Test(_recorder, cancellationToken));
        IterationRecord record = new(phase, 0) { [MetricNames.EvalTestAccuracy] = evaluation.Accuracy };
        clock.WriteTo(record);
        _recorder.Record(record);
        return evaluation.Accuracy;
    }

    private static void Add(IterationRecord record, EvaluationResult evaluation)
    {
        record[MetricNames.EvalAccuracy] = evaluation.Accuracy;
        record[MetricNames.EvalInvalid] = evaluation.Invalid;
        record[MetricNames.EvalProblems] = evaluation.Rollouts.Count;
        record[MetricNames.EvalResponseLength] = evaluation.Rollouts.Average(r => r.Response.TokenIds.Length);
        record[MetricNames.EvalTruncated] = evaluation.Rollouts.Average(r => r.Response.Truncated ? 1.0 : 0.0);
    }

    private static void WriteProcess(IterationRecord record)
    {
        using Process process = Process.GetCurrentProcess();
        record[MetricNames.TimeElapsed] = (DateTime.Now - process.StartTime).TotalSeconds;
        record[MetricNames.TimeResidentBytes] = process.WorkingSet64;
        record[MetricNames.TimeLiveTensors] = Tensor.TotalCount;
    }

    private void Save(ITrainingPhase phase, TrainingState state, bool isBest)
    {
        _recorder.Flush();
        _checkpoints.Save(
            phase.Name,
            state.Step,
            folder => CheckpointFiles.Write(folder, _experiment.Policy, _experiment.Tokenizer, _experiment.Prompt, phase, state),
            isBest
        );
    }

    // A step that is not finite never moves the weights; its batch is kept to be looked at, and a series of them ends the run.
    private void HandleSkipped(ITrainingPhase phase, int step, PhaseStep made)
    {
        foreach (OptimizerStepResult update in made.Updates)
        {
            if (!update.Skipped)
            {
                _skippedInARow = 0;
                continue;
            }

            _skippedInARow++;
            string file = Path.Combine(_folder, "skipped", string.Create(CultureInfo.InvariantCulture, $"{phase.Name}-{step:D6}.json"));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(
                file,
                JsonSerializer.Serialize(
                    new
                    {
                        phase = phase.Name,
                        step,
                        loss = update.Loss.ToString("R", CultureInfo.InvariantCulture),
                        gradientNorm = update.GradientNorm.ToString("R", CultureInfo.InvariantCulture),
                        rows = made.Inspect(update),
                    }
                )
            );
            LogSkipped(_logger, phase.Name, step, update.Loss, update.GradientNorm, file);
            if (_skippedInARow >= Options.Run.MaxSkippedSteps)
            {
                throw new NonFiniteTrainingException(
                    $"{_skippedInARow} optimizer steps in a row were not finite, the last in {phase.Name} step {step} (loss {update.Loss}, gradient norm {update.GradientNorm}). "
                        + $"Their batches lie in {Path.GetDirectoryName(file)}. Lower the learning rate or the clip ranges; Run:MaxSkippedSteps is {Options.Run.MaxSkippedSteps}."
                );
            }
        }
    }

    private static bool IsDue(int step, int every) => every > 0 && step % every == 0;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Phase} step {Step} was skipped: loss {Loss}, gradient norm {GradientNorm}. Its batch is in {File}."
    )]
    private static partial void LogSkipped(ILogger logger, string phase, int step, double loss, double gradientNorm, string file);
}
