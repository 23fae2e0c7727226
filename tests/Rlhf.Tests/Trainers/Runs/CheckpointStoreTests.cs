using Rlhf.Records;
using Rlhf.Safetensors;
using Rlhf.Trainers.Runs;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Runs;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-checkpoints-").FullName;

    [Fact]
    public void Save_KeepsTheNewestFewAndTheBest()
    {
        CheckpointStore store = new(_folder, keepLast: 2);
        for (int step = 1; step <= 6; step++)
        {
            store.Save("grpo", step, f => Write(f, step), isBest: step == 2);
        }

        Assert.Equal(["grpo-000002", "grpo-000005", "grpo-000006"], Folders());
        CheckpointStore reopened = new(_folder, keepLast: 1);
        Assert.Equal(6, reopened.Newest!.Step);
        Assert.Equal(2, reopened.Best!.Step);

        reopened.Save("next", 1, f => Write(f, 7), isBest: true);
        Assert.Equal(["next-000001"], Folders());
        Assert.Equal(("next", 1), (reopened.Newest!.Phase, reopened.Newest.Step));
    }

    // A link to a device that is always full stands where the file is to be written, so the write fails as on a full disk.
    [Fact]
    public void Save_OnAFullDisk_FailsAndLeavesTheCheckpointsBeforeIntact()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        CheckpointStore store = new(_folder, keepLast: 1);
        store.Save("grpo", 1, f => Write(f, 1), isBest: true);
        using Tensor weights = ones(1000);
        IOException failure = Assert.ThrowsAny<IOException>(() =>
            store.Save(
                "grpo",
                2,
                folder =>
                {
                    Write(folder, 2);
                    string path = Path.Combine(folder, "model.safetensors");
                    File.CreateSymbolicLink(path + ".tmp", "/dev/full");
                    SafetensorsWriter.Write(path, [("weights", weights)]);
                },
                isBest: true
            )
        );
        Assert.Contains("space", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["grpo-000001"], Folders());
        Assert.Equal(1, new CheckpointStore(_folder, 1).Newest!.Step);
        Assert.Equal("1", File.ReadAllText(Path.Combine(store.Best!.Folder, "value")));
    }

    [Fact]
    public void LeftoversOfAKilledWrite_AreRemovedAndNeverTakenForCheckpoints()
    {
        new CheckpointStore(_folder, 1).Save("grpo", 3, f => Write(f, 3), isBest: false);
        Write(Directory.CreateDirectory(Path.Combine(_folder, "grpo-000004.tmp-0123")).FullName, 4);
        Directory.CreateDirectory(Path.Combine(_folder, "notes"));
        CheckpointStore store = new(_folder, 1);
        Assert.Equal(3, store.Newest!.Step);
        Assert.Equal(["grpo-000003", "notes"], Folders());
    }

    [Fact]
    public void Write_ThatReplacesAFolder_KeepsTheOldOneUntilTheNewOneIsWhole()
    {
        string path = Path.Combine(_folder, "reference");
        AtomicFolder.Write(path, f => Write(f, 1));
        Assert.Throws<InvalidOperationException>(() =>
            AtomicFolder.Write(
                path,
                f =>
                {
                    Write(f, 2);
                    throw new InvalidOperationException("in the middle");
                }
            )
        );
        Assert.Equal("1", File.ReadAllText(Path.Combine(path, "value")));
        AtomicFolder.Write(path, f => Write(f, 3));
        Assert.Equal("3", File.ReadAllText(Path.Combine(path, "value")));
        Assert.Equal(["reference"], Folders());
    }

    [Fact]
    public void RunFolder_IsHeldByOneAtATime_AndARunInItIsOnlyResumed()
    {
        string path = Path.Combine(_folder, "run");
        using (RunFolder first = RunFolder.Open(path, resume: false))
        {
            Assert.Contains(
                "in use",
                Assert.Throws<RunFolderException>(() => RunFolder.Open(path, resume: true)).Message,
                StringComparison.Ordinal
            );
            AtomicFile.WriteAllText(first.Configuration, "{}");
        }

        Assert.Contains(
            "Run:Resume=true",
            Assert.Throws<RunFolderException>(() => RunFolder.Open(path, resume: false)).Message,
            StringComparison.Ordinal
        );
        RunFolder.Open(path, resume: true).Dispose();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Write(string folder, int value) =>
        File.WriteAllText(Path.Combine(folder, "value"), value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private string[] Folders() => [.. Directory.GetDirectories(_folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
}
