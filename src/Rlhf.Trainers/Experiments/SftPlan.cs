using Rlhf.Records;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Sft;

namespace Rlhf.Trainers.Experiments;

/// <summary>A supervised phase with its worked solutions.</summary>
internal sealed class SftPlan : IPhasePlan
{
    private readonly SftOptions _options;
    private readonly PhaseContext _context;
    private readonly IProblemSource _solved;

    public SftPlan(SftOptions options, PhaseContext context)
    {
        (_options, _context) = (options, context);
        Experiment experiment = context.Experiment;
        DatasetOptions? demonstrations = context.Options.Data.Demonstrations;
        string key = demonstrations is null ? "Data:Train" : "Data:Demonstrations";
        IProblemSource problems = demonstrations is null ? experiment.Train : experiment.Open(demonstrations, key);
        _solved = ProblemSets.Supervised(
            problems,
            key,
            experiment.Formatter,
            context.Policy.Shape.MaxPositions,
            context.Logger,
            experiment.Notes
        );
    }

    public ITrainingPhase Begin(IRunRecorder recorder, bool resumes) =>
        new SftPhase(_context.Name, _options, _context.Policy, _solved, _context.Experiment.Formatter, _context.Options.Run.Seed, recorder);
}
