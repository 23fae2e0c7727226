using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using Parquet.Serialization;
using Rlhf.Records;
using Rlhf.Reports;

namespace Rlhf.Tests.Reports;

public sealed class RunRecordersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-recorders").FullName;

    [Fact]
    public void FinishedRun_LeavesPlotsAndAPageThatLoadsNothing()
    {
        Record(null, 1, 2, 3);
        string[] plots = [.. Directory.GetFiles(Path.Combine(_folder, "plots")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.Equal(
            ["grpo-accuracy.png", "grpo-accuracy.svg", "grpo-channels.png", "grpo-channels.svg", "grpo-reward.png", "grpo-reward.svg"],
            plots
        );
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(Path.Combine(_folder, "plots", "grpo-reward.png"))[..4]);
        string page = File.ReadAllText(Path.Combine(_folder, "report.html"));
        Assert.Contains("25.0 %", page.Replace("25.0%", "25.0 %", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("<th>clip: process</th>", page, StringComparison.Ordinal);
        Assert.Contains("invalid</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ResumedRun_HasEachStepOnceInTensorBoardAndInTheMetricsFile()
    {
        Record(null, 1, 2, 3);
        Record(new("grpo", 2), 3, 4);
        Assert.Equal([1, 2, 3, 4], MetricsFileRecorder.Read(_folder).Select(r => r.Step));
        string[] files = Directory.GetFiles(Path.Combine(_folder, "tensorboard", "grpo"));
        string events = Assert.Single(files);
        Assert.Equal(4, Records(File.ReadAllBytes(events)).Count(r => r.AsSpan().IndexOf("reward/mean"u8) >= 0));
    }

    [Fact]
    public void MetricsFile_ReadsBackTheSameDoubles_AndLeavesOutHalfALine()
    {
        Record(null, 1);
        File.AppendAllText(Path.Combine(_folder, "metrics.jsonl"), "{\"phase\":\"grpo\",\"st");
        IterationRecord record = Assert.Single(MetricsFileRecorder.Read(_folder));
        Assert.Equal(1.0 / 3, record[MetricNames.RewardMean]);
    }

    [Fact]
    public async Task CompletionsAsParquet_HaveAColumnAStageAndChannel_AndNullWhereInvalid()
    {
        Record(null, 1, 2);
        Record(new("grpo", 1), 2, 3);
        await using FileStream file = File.OpenRead(Path.Combine(_folder, "completions.parquet"));
        var read = await ParquetSerializer.DeserializeUntypedAsync(file, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], read.Data.Select(r => (int)r["step"]!));
        Assert.All(read.Data, r => Assert.Equal(0.5, r["clip/process"]));
        Assert.All(read.Data, r => Assert.False(r.TryGetValue("raw/process", out object? value) && value is not null));
        Assert.All(read.Data, r => Assert.Equal("<script>1 + 1 = ?", r["prompt"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Record(RunPosition? resumedFrom, params int[] steps)
    {
        using IRunRecorder recorder = RunRecorders.CreateDefault(_folder, NullLogger.Instance);
        recorder.Start(
            new()
            {
                Name = "a <script> run",
                Folder = _folder,
                Phases = [new("grpo", 10)],
                ResumedFrom = resumedFrom,
            }
        );
        foreach (int step in steps)
        {
            recorder.Record(
                new("grpo", step)
                {
                    [MetricNames.RewardMean] = 1.0 / 3,
                    [MetricNames.EvalAccuracy] = 0.1 * step,
                    ["reward/verifier/mean"] = step,
                }
            );
            recorder.Completions(
                new()
                {
                    Phase = "grpo",
                    Step = step,
                    Columns = [new(CompletionTable.RawStage, "process"), new("clip", "process")],
                    Rows =
                    [
                        new()
                        {
                            VisitId = 1,
                            SampleIndex = 0,
                            Prompt = "<script>1 + 1 = ?",
                            Completion = "2",
                            FinishReason = "stop",
                            Rewards = [null, 0.5],
                            FinalReward = 1,
                        },
                    ],
                }
            );
        }

        recorder.Finish(new(RunOutcome.Completed, 0.25, 0.5, steps[^1], 3));
    }

    // TFRecord: length (8), its checksum (4), data, its checksum (4).
    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length; )
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            yield return file[(at + 12)..(at + 12 + length)];
            at += length + 16;
        }
    }
}
