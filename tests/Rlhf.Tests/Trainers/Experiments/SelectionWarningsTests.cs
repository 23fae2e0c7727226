using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A run that chooses by the problems that it is measured on says so.</summary>
public sealed class SelectionWarningsTests
{
    private static readonly ExperimentOptions Plain = Options(validation: false);

    [Fact]
    public void Of_TestProblemsDecideEarlyStopAndBestCheckpoint_NamesBothAndTheRemedy()
    {
        string warning = Assert.Single(
            SelectionWarnings.Of(Plain with { Algorithm = new GrpoOptions { EarlyStop = new() { Patience = 2 } } })
        );
        Assert.Contains("algorithm:earlyStop", warning, StringComparison.Ordinal);
        Assert.Contains("checkpoints:keepBest", warning, StringComparison.Ordinal);
        Assert.Contains("data:validation", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_BestCheckpointAlone_MayBeSwitchedOff() =>
        Assert.Contains("set checkpoints:keepBest to false", Assert.Single(SelectionWarnings.Of(Plain)), StringComparison.Ordinal);

    [Fact]
    public void Of_NothingIsChosenByTestProblems_SaysNothing()
    {
        Assert.Empty(SelectionWarnings.Of(Options(validation: true)));
        Assert.Empty(SelectionWarnings.Of(Plain with { Checkpoints = new() { KeepBest = false } }));
        Assert.Empty(SelectionWarnings.Of(Plain with { Evaluation = new() { Every = 0 } }));
    }

    private static ExperimentOptions Options(bool validation)
    {
        ExperimentOptions options = ExperimentRun.Read(new() { Json = MathGrpoProgram.Tiny }).Options;
        return options with { Sft = null, Data = options.Data with { Validation = validation ? options.Data.Test : null } };
    }
}
