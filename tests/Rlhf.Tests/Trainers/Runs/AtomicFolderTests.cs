using Rlhf.Trainers.Runs;

namespace Rlhf.Tests.Trainers.Runs;

/// <summary>A process that is killed between any two operations on the disk.</summary>
public sealed class AtomicFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-atomic-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_KilledAfterAnyOperation_LeavesOneWholeFolder(bool replaces)
    {
        int operations = 0;
        for (bool ends = false; !ends; operations++)
        {
            string parent = Path.Combine(_folder, $"{replaces}-{operations}"),
                path = Path.Combine(parent, "model");
            if (replaces)
            {
                AtomicFolder.Write(path, f => Fill(f, "old"));
            }

            ends = !Kill(AtomicFolder.WriteSteps(path, f => Fill(f, "new")), operations);
            AtomicFolder.Recover(parent);
            string[] found = Directory.Exists(parent) ? [.. Directory.GetDirectories(parent)] : [];
            if (replaces || found.Length > 0)
            {
                Assert.Equal([path], found);
                Assert.Contains(Whole(path), (string[])["old", "new"]);
            }

            if (ends)
            {
                Assert.Equal("new", Whole(path));
            }
        }

        Assert.InRange(operations, replaces ? 9 : 6, 20);
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 4)]
    [InlineData(true, 3)]
    public void Save_KilledAfterAnyOperation_LeavesAWholeNewestCheckpoint_AndTheBest(bool isBest, int step)
    {
        int operations = 0;
        for (bool ends = false; !ends; operations++)
        {
            string folder = Path.Combine(_folder, $"{isBest}-{step}-{operations}");
            CheckpointStore store = new(folder, keepLast: 1);
            store.Save("grpo", 1, f => Fill(f, "1"), isBest: false);
            store.Save("grpo", 2, f => Fill(f, "2"), isBest: true);
            store.Save("grpo", 3, f => Fill(f, "3"), isBest: false);
            ends = !Kill(store.SaveSteps("grpo", step, f => Fill(f, "new"), isBest), operations);

            CheckpointStore next = new(folder, keepLast: 1);
            SavedCheckpoint newest = next.Newest!;
            Assert.Contains((newest.Step, Whole(newest.Folder)), ((int, string)[])[(3, "3"), (step, "new")]);
            Assert.Contains((next.Best!.Step, Whole(next.Best.Folder)), ((int, string)[])[(2, "2"), (step, "new")]);
            Assert.All(Directory.GetDirectories(folder), f => Whole(f));
            if (ends)
            {
                Assert.Equal((step, "new"), (newest.Step, Whole(newest.Folder)));
            }
        }

        Assert.InRange(operations, 8, 20);
    }

    [Fact]
    public void Write_ThatCannotReplaceTheOldFolder_PutsItBack()
    {
        string path = Path.Combine(_folder, "model");
        AtomicFolder.Write(path, f => Fill(f, "old"));
        Assert.ThrowsAny<IOException>(() =>
            AtomicFolder.Write(
                path,
                f =>
                {
                    Fill(f, "new");

                    // The folder that is to be renamed is gone when its turn comes.
                    Directory.Move(f, f + "-away");
                    Directory.Move(f + "-away", Path.Combine(_folder, "elsewhere"));
                }
            )
        );
        Assert.Equal("old", Whole(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Carries out some operations and no more, as a killed process does: nothing of the iterator's is disposed.
    private static bool Kill(IEnumerable<string> operations, int after)
    {
        IEnumerator<string> at = operations.GetEnumerator();
        for (int i = 0; i < after; i++)
        {
            if (!at.MoveNext())
            {
                return false;
            }
        }

        return true;
    }

    private static void Fill(string folder, string value)
    {
        File.WriteAllText(Path.Combine(folder, "a"), value);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "inner")).FullName, "b"), value);
        FolderManifest.Write(folder);
    }

    private static string Whole(string folder)
    {
        string value = File.ReadAllText(Path.Combine(folder, "a"));
        Assert.Equal(value, File.ReadAllText(Path.Combine(folder, "inner", "b")));
        FolderManifest.Require(folder, "");
        return value;
    }
}
