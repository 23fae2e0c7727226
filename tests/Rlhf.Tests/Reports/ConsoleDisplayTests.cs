using Rlhf.Records;
using Rlhf.Reports;
using Spectre.Console;

namespace Rlhf.Tests.Reports;

public class ConsoleDisplayTests
{
    [Fact]
    public void Output_ThatIsNoTerminal_IsPlainLinesWithRewardFirst_AndEndsWithCompletions()
    {
        var (display, text) = Create(AnsiSupport.No);
        display.Start(Run());
        display.Record(
            new("grpo", 1)
            {
                [MetricNames.PolicyKl] = 0.0123,
                [MetricNames.RewardMean] = 0.5,
                [MetricNames.EvalAccuracy] = 0.25,
            }
        );
        display.Completions(Completions("x [red]y[/]\nz"));
        display.Finish(new(RunOutcome.Completed, 0.1, 0.9, 1, 3));
        string output = text.ToString();
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("grpo 1/10  reward 0.500  accuracy 0.250  KL 0.0123", output, StringComparison.Ordinal);
        Assert.Contains("x [red]y[/] ⏎ z", output, StringComparison.Ordinal);
        Assert.Contains("invalid", output, StringComparison.Ordinal);
        Assert.EndsWith("/runs/x\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_ShowsABarForEachPhase_AndTakesItBackAtTheEnd()
    {
        var (display, text) = Create(AnsiSupport.Yes);
        display.Start(Run());
        display.Record(new("sft", 2) { [MetricNames.SftLoss] = 1.5 });
        Assert.Contains("2/4", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("0/10", text.ToString(), StringComparison.Ordinal);
        text.GetStringBuilder().Clear();
        display.Dispose();
        Assert.Equal("\u001b[4A\u001b[J", text.ToString());
        display.Dispose();
        Assert.Equal("\u001b[4A\u001b[J", text.ToString());
    }

    [Fact]
    public void Progress_BetweenTwoDrawings_AllocatesNothing()
    {
        var (display, _) = Create(AnsiSupport.No);
        display.Start(Run());
        display.Progress(new(RunActivity.Rollout, 0, 10));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            display.Progress(new(RunActivity.Rollout, i, 1000, i));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static (ConsoleDisplay Display, StringWriter Text) Create(AnsiSupport ansi)
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(
            new()
            {
                Ansi = ansi,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = 160;
        return (new(console), text);
    }

    private static RunInfo Run() =>
        new()
        {
            Name = "x",
            Folder = "/runs/x",
            Phases = [new("sft", 4), new("grpo", 10)],
        };

    private static CompletionTable Completions(string completion) =>
        new()
        {
            Phase = "grpo",
            Step = 1,
            Columns = [new(CompletionTable.RawStage, "verifier")],
            Rows =
            [
                new()
                {
                    VisitId = 1,
                    SampleIndex = 0,
                    Prompt = "?",
                    Completion = completion,
                    FinishReason = "stop",
                    Rewards = [null],
                    FinalReward = null,
                },
            ],
        };
}
