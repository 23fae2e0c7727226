using Rlhf.Trainers.Runs;

namespace Rlhf.Tests.Trainers.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-folder-").FullName;

    [Fact]
    public void Open_AFolderThatCannotBeWritten_IsNotInUseByAnotherProcess()
    {
        // Whoever runs the tests may write anywhere, but nobody can write into a folder as if it were a file.
        string path = Path.Combine(_folder, "run");
        Directory.CreateDirectory(Path.Combine(path, ".lock"));
        RunFolderException refused = Assert.Throws<RunFolderException>(() => RunFolder.Open(path, resume: false));
        Assert.Contains(path + " cannot be written", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", refused.Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(_folder, "file"), "");
        refused = Assert.Throws<RunFolderException>(() => RunFolder.Open(Path.Combine(_folder, "file", "run"), resume: false));
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Discard_RemovesWhatWasMadeAndNothingElse()
    {
        using (RunFolder made = RunFolder.Open(Path.Combine(_folder, "runs", "new"), resume: false))
        {
            Directory.CreateDirectory(made.Checkpoints);
            made.Discard();
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        string own = Directory.CreateDirectory(Path.Combine(_folder, "own")).FullName;
        File.WriteAllText(Path.Combine(own, "notes"), "mine");
        using (RunFolder given = RunFolder.Open(own, resume: false))
        {
            Directory.CreateDirectory(given.Checkpoints);
            given.Discard();
        }

        Assert.Equal(["notes"], Directory.GetFileSystemEntries(own).Select(e => Path.GetFileName(e)!));

        File.WriteAllText(Path.Combine(own, "configuration.json"), "{}");
        using (RunFolder resumed = RunFolder.Open(own, resume: true))
        {
            Directory.CreateDirectory(resumed.Checkpoints);
            resumed.Discard();
        }

        Assert.True(Directory.Exists(Path.Combine(own, "checkpoints")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
