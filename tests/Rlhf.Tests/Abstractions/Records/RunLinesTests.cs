using System.Text;
using Rlhf.Records;

namespace Rlhf.Tests.Abstractions.Records;

/// <summary>What becomes of <c>metrics.jsonl</c> and <c>completions.jsonl</c> when a run resumes.</summary>
public sealed class RunLinesTests : IDisposable
{
    private static readonly RunInfo AtGrpo3 = new()
    {
        Name = "r",
        Folder = "/r",
        Phases = [new("sft", 2), new("grpo", 6)],
        ResumedFrom = new("grpo", 3),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-lines-").FullName;

    private string Metrics => Path.Combine(_folder, MetricsFileRecorder.FileName);

    [Fact]
    public void Start_Resumed_CutsWhereTheCheckpointEnds_AndKeepsTheFileAsItWas()
    {
        string[] lines = [Line("sft", 1), Line("sft", 2), Line("grpo", 0), .. Grpo(1, 5)];
        byte[] before = Write([.. lines, "{\"phase\":\"grpo\",\"st"], endsLine: false);
        Resume();
        Assert.Equal(string.Concat(lines[..6].Select(l => l + "\n")), File.ReadAllText(Metrics));
        Assert.Equal(before, File.ReadAllBytes(Metrics + ".before-resume"));
    }

    [Fact]
    public void Start_Resumed_LeavesAFileThatEndsWithTheCheckpointAsItIs()
    {
        byte[] before = Write(Grpo(1, 3));
        Resume();
        Assert.Equal(before, File.ReadAllBytes(Metrics));
        Assert.False(File.Exists(Metrics + ".before-resume"));
    }

    [Theory]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"reward/mean\":0.5\u0000}", "line 2")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"reward/mean\":\"0.5\"}", "line 2 at 'reward/mean': it must be a number")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"reward/mean\":null}", "line 2 at 'reward/mean'")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"reward/mean\":1e999}", "line 2 at 'reward/mean'")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2.5}", "line 2 at 'step': it must be a whole number")]
    [InlineData("{\"phase\":\"grpo\",\"step\":-2}", "line 2 at 'step'")]
    [InlineData("{\"phase\":\"grpo\",\"step\":99999999999}", "line 2 at 'step'")]
    [InlineData("{\"phase\":\"grpo\"}", "line 2 at 'step'")]
    [InlineData("{\"phase\":7,\"step\":2}", "line 2 at 'phase': it must be a text")]
    [InlineData("{\"phase\":\"ppo\",\"step\":2}", "line 2: 'ppo' is no phase of this run, which has sft, grpo")]
    [InlineData("{\"phase\":\"sft\",\"step\":2}", "line 2: sft step 2 stands after grpo step 1")]
    [InlineData("{\"phase\":\"grpo\",\"step\":0}", "line 2: grpo step 0 stands after grpo step 1")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"a\":1,\"a\":2}", "line 2")]
    [InlineData("[1,2]", "line 2: it must be an object")]
    [InlineData("null", "line 2: it must be an object")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2,\"x\":[[[[1]]]]}", "line 2 at 'x'")]
    [InlineData("{\"phase\":\"grpo\",\"step\":2}{\"phase\":\"grpo\",\"step\":3}", "line 2")]
    public void Start_Resumed_ABrokenLineThatTheCheckpointCovers_IsRefusedByItsNumber_AndNothingIsChanged(string broken, string says)
    {
        byte[] before = Write([Line("grpo", 1), broken, .. Grpo(3, 5)]);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(Resume);
        Assert.Contains($"{Metrics}, {says}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Metrics));
        Assert.False(File.Exists(Metrics + ".before-resume"));
    }

    [Fact]
    public void Start_Resumed_AByteThatIsNoText_IsRefusedByItsNumber()
    {
        Write(Grpo(1, 5));
        byte[] bytes = File.ReadAllBytes(Metrics);
        bytes[bytes.AsSpan().IndexOf("reward"u8) + 3] = 0xff;
        File.WriteAllBytes(Metrics, bytes);
        Assert.Contains("line 1:", Assert.Throws<InvalidDataException>(Resume).Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Metrics));
        Assert.Contains(
            "line 1:",
            Assert.Throws<InvalidDataException>(() => MetricsFileRecorder.Read(_folder)).Message,
            StringComparison.Ordinal
        );
    }

    // The checkpoint holds iteration 3: a file that breaks off before it has lost something, which no kill does.
    [Fact]
    public void Start_Resumed_AFileThatBreaksOffBeforeTheCheckpoint_IsRefused()
    {
        byte[] before = Write([.. Grpo(1, 2), "{\"phase\":\"grpo\",\"st"], endsLine: false);
        Assert.Contains("line 3: it breaks off", Assert.Throws<InvalidDataException>(Resume).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Metrics));
    }

    [Fact]
    public void Start_Resumed_WhatIsBrokenBehindTheCheckpoint_IsCutOffWithTheRest()
    {
        byte[] before = Write([.. Grpo(1, 3), "{ no JSON", .. Grpo(5, 5)]);
        Resume();
        Assert.Equal([1, 2, 3], MetricsFileRecorder.Read(_folder).Select(r => r.Step));
        Assert.Equal(before, File.ReadAllBytes(Metrics + ".before-resume"));
    }

    [Theory]
    [InlineData("\"step\":2", "\"step\":\"2\"", "line 2 at 'step'")]
    [InlineData("\"rows\":[]", "\"rows\":[null]", "line 2 at 'rows': a row is null")]
    [InlineData("\"columns\":[]", "\"columns\":null", "line 2")]
    [InlineData("\"phase\":\"grpo\",", "", "line 2")]
    [InlineData("\"rows\":[]", "\"rows\":[", "line 2")]
    public void Completions_ABrokenLine_IsRefusedByItsNumber_OrMovedAsideWhereTheRecorderIsOptional(string part, string broken, string says)
    {
        string path = Path.Combine(_folder, CompletionsRecorder.FileName);
        using (CompletionsRecorder recorder = new(_folder))
        {
            recorder.Start(AtGrpo3.With(new { ResumedFrom = (RunPosition?)null }));
            for (int step = 1; step <= 3; step++)
            {
                recorder.Completions(Empty(step));
            }
        }

        string[] lines = File.ReadAllLines(path);
        string changed = lines[1].Replace(part, broken, StringComparison.Ordinal);
        Assert.NotEqual(lines[1], changed);
        File.WriteAllLines(path, [lines[0], changed, lines[2]]);
        byte[] before = File.ReadAllBytes(path);
        using (CompositeRecorder essential = new(new ListLogger(), [new CompletionsRecorder(_folder)], []))
        {
            Assert.Contains(
                $"{path}, {says}",
                Assert.Throws<InvalidDataException>(() => essential.Start(AtGrpo3)).Message,
                StringComparison.Ordinal
            );
            Assert.Equal(before, File.ReadAllBytes(path));
        }

        ListLogger log = new();
        using (CompositeRecorder optional = new(log, [], [new CompletionsRecorder(_folder)]))
        {
            optional.Start(AtGrpo3);
            optional.Completions(Empty(4));
        }

        string warning = Assert.Single(log.Warnings);
        Assert.Contains($"{path}, {says}", warning, StringComparison.Ordinal);
        Assert.Contains($"{path}.damaged", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("Repair", warning, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path + ".damaged"));
        Assert.Equal([1, 3, 4], CompletionsRecorder.Read(_folder).Select(t => t.Step));
    }

    [Fact]
    public void Completions_DamagedTwice_KeepsBothFiles()
    {
        string path = Path.Combine(_folder, CompletionsRecorder.FileName);
        foreach (string damaged in (string[])["first\n", "second\n{\"phase\":\"ppo\",\"step\":1,\"columns\":[],\"rows\":[]}\n"])
        {
            File.WriteAllText(path, damaged);
            using CompositeRecorder composite = new(new ListLogger(), [], [new CompletionsRecorder(_folder)]);
            composite.Start(AtGrpo3);
            Assert.Equal(0, new FileInfo(path).Length);
        }

        Assert.Equal("first\n", File.ReadAllText(path + ".damaged"));
        Assert.StartsWith("second\n", File.ReadAllText(path + ".damaged-2"), StringComparison.Ordinal);
    }

    [Fact]
    public void Completions_HalfALineAtTheEnd_IsCutOff_ThoughThePhaseWritesNoneBeforeIt()
    {
        string path = Path.Combine(_folder, CompletionsRecorder.FileName);
        File.WriteAllText(path, "{\"phase\":\"grpo\",\"st");
        using CompletionsRecorder recorder = new(_folder);
        recorder.Start(AtGrpo3.With(new { ResumedFrom = new RunPosition("sft", 2) }));
        Assert.Equal(0, new FileInfo(path).Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CompletionTable Empty(int step) =>
        new()
        {
            Phase = "grpo",
            Step = step,
            Columns = [],
            Rows = [],
        };

    private static string Line(string phase, int step) => $"{{\"phase\":\"{phase}\",\"step\":{step},\"reward/mean\":0.5}}";

    private static string[] Grpo(int first, int last) => [.. Enumerable.Range(first, last - first + 1).Select(s => Line("grpo", s))];

    private byte[] Write(string[] lines, bool endsLine = true)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + (endsLine ? "\n" : ""));
        File.WriteAllBytes(Metrics, bytes);
        return bytes;
    }

    private void Resume()
    {
        using MetricsFileRecorder recorder = new(_folder);
        recorder.Start(AtGrpo3);
    }
}
