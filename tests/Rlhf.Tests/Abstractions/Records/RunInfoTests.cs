using Rlhf.Records;

namespace Rlhf.Tests.Abstractions.Records;

public sealed class RunInfoTests
{
    private static readonly RunInfo New = new()
    {
        Name = "r",
        Folder = "/r",
        Phases = [new("sft", 100), new("grpo", 50)],
    };

    [Theory]
    [InlineData("sft", 100, false)]
    [InlineData("grpo", 20, false)]
    [InlineData("grpo", 21, true)]
    public void IsAfterResume_ComparesPhaseThenStep(string phase, int step, bool expected) =>
        Assert.Equal(expected, (New.With(new { ResumedFrom = new RunPosition("grpo", 20) })).IsAfterResume(phase, step));

    [Fact]
    public void IsAfterResume_LaterPhase_IsAfter() =>
        Assert.True((New.With(new { ResumedFrom = new RunPosition("sft", 90) })).IsAfterResume("grpo", 1));

    [Fact]
    public void IsAfterResume_NewRun_HasNothingStale() => Assert.False(New.IsAfterResume("grpo", 1));

    [Fact]
    public void IsAfterResume_UnknownPhase_NamesThePhases() =>
        Assert.Contains(
            "sft, grpo",
            Assert
                .Throws<ArgumentException>(() => New.With(new { ResumedFrom = new RunPosition("sft", 1) }).IsAfterResume("ppo", 1))
                .Message,
            StringComparison.Ordinal
        );
}
