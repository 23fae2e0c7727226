using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Records;

namespace Rlhf.Tests.Abstractions.Records;

public sealed class CompositeRecorderTests
{
    [Fact]
    public void OptionalRecorderFails_IsReportedOnceAndLeftOut_OthersGoOn()
    {
        var logger = new ListLogger();
        var failing = new Probe { FailsAtStep = 2 };
        var healthy = new Probe();
        using var recorder = new CompositeRecorder(logger, [], [failing, healthy]);

        for (int step = 1; step <= 4; step++)
        {
            recorder.Record(new IterationRecord("grpo", step));
        }

        Assert.Equal([1, 2], failing.Steps);
        Assert.True(failing.Disposed);
        Assert.Equal([1, 2, 3, 4], healthy.Steps);
        Assert.Contains("Probe", Assert.Single(logger.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void EssentialRecorderFails_ReachesTheCaller_BeforeOptionalOnesSeeTheStep()
    {
        var optional = new Probe();
        using var recorder = new CompositeRecorder(NullLogger.Instance, [new Probe { FailsAtStep = 1 }], [optional]);

        Assert.Throws<IOException>(() => recorder.Record(new IterationRecord("grpo", 1)));
        Assert.Empty(optional.Steps);
    }

    [Fact]
    public void RecorderThatFailsToClose_DoesNotKeepOthersOpen()
    {
        var last = new Probe();
        var recorder = new CompositeRecorder(NullLogger.Instance, [new Probe()], [new Probe { FailsToClose = true }, last]);

        recorder.Dispose();
        Assert.True(last.Disposed);
    }

    [Fact]
    public void Progress_AllocatesNothing()
    {
        using var recorder = new CompositeRecorder(NullLogger.Instance, [new Probe()], [new Probe(), new Probe()]);
        recorder.Progress(new ProgressUpdate(RunActivity.Rollout, 0, 100));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            recorder.Progress(new ProgressUpdate(RunActivity.Rollout, i, 1000, 7));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Probe : IRunRecorder
    {
        public List<int> Steps { get; } = [];

        public int FailsAtStep { get; init; }

        public bool FailsToClose { get; init; }

        public bool Disposed { get; private set; }

        public void Record(IterationRecord iteration)
        {
            Steps.Add(iteration.Step);
            if (iteration.Step == FailsAtStep)
            {
                throw new IOException("disk on fire");
            }
        }

        public void Dispose()
        {
            Disposed = true;
            if (FailsToClose)
            {
                throw new IOException("cannot close");
            }
        }
    }
}
