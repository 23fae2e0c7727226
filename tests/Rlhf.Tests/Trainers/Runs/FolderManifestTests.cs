using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Rlhf.Trainers.Runs;

namespace Rlhf.Tests.Trainers.Runs;

public sealed class FolderManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-manifest-").FullName;

    public FolderManifestTests()
    {
        File.WriteAllText(Path.Combine(_folder, "state.json"), "{}");
        File.WriteAllBytes(Path.Combine(_folder, "empty"), []);
        Directory.CreateDirectory(Path.Combine(_folder, "model", "inner"));
        File.WriteAllText(Path.Combine(_folder, "model", "weights"), "0123456789");
        File.WriteAllText(Path.Combine(_folder, "model", "inner", "größe.txt"), "x");
        FolderManifest.Write(_folder);
    }

    private string Manifest => Path.Combine(_folder, FolderManifest.FileName);

    // XXH128 of nothing is the published one.
    [Fact]
    public void Write_NamesEveryFileWithSizeAndXxh128()
    {
        JsonObject files = JsonNode.Parse(File.ReadAllText(Manifest))!["files"]!.AsObject();
        Assert.Equal(["empty", "model/inner/größe.txt", "model/weights", "state.json"], files.Select(f => f.Key));
        Assert.Equal("99aa06d3014798d86001c324468d497f", (string?)files["empty"]!["xxHash128"]);
        Assert.Equal(0, (long)files["empty"]!["bytes"]!);
        Assert.Equal(10, (long)files["model/weights"]!["bytes"]!);
        FolderManifest.Require(_folder, "");
    }

    [Theory]
    [InlineData("model/weights", "0123456788", "'model/weights' has other bytes")]
    [InlineData("model/weights", "012345678", "'model/weights' has 9 bytes and had 10")]
    [InlineData("model/weights", "01234567890", "'model/weights' has 11 bytes and had 10")]
    [InlineData("empty", "x", "'empty' has 1 bytes and had 0")]
    [InlineData("model/weights", null, "'model/weights' is missing")]
    [InlineData("empty", null, "'empty' is missing")]
    [InlineData("notes.txt", "mine", "'notes.txt' was not saved")]
    [InlineData("model/inner/manifest.json", "{}", "'model/inner/manifest.json' was not saved")]
    public void Require_AfterAChange_NamesFileAndFault(string file, string? text, string says)
    {
        string path = Path.Combine(_folder, file);
        if (text is null)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllText(path, text);
        }

        string message = Refused();
        Assert.StartsWith(_folder + " is not what was saved", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_AfterAnyOneBitFlipped_IsRefusedByName()
    {
        string path = Path.Combine(_folder, "model", "weights");
        byte[] good = File.ReadAllBytes(path);
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            Assert.Contains("'model/weights' has other bytes", Refused(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Require_AfterManyChanges_NamesTheFirstAndCountsTheRest()
    {
        for (int i = 0; i < 7; i++)
        {
            File.WriteAllText(Path.Combine(_folder, $"more-{i}"), "");
        }

        string message = Refused();
        Assert.Contains("'more-4' was not saved", message, StringComparison.Ordinal);
        Assert.DoesNotContain("more-5", message, StringComparison.Ordinal);
        Assert.Contains("; and 2 more. What to do.", message, StringComparison.Ordinal);
    }

    // Somebody has moved a large file to another disk.
    [Fact]
    public void Require_WithALinkInAFilesPlace_ChecksWhatItLeadsTo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        string path = Path.Combine(_folder, "model", "weights"),
            elsewhere = _folder + "-weights";
        File.Move(path, elsewhere);
        File.CreateSymbolicLink(path, elsewhere);
        FolderManifest.Require(_folder, "");
        File.WriteAllText(elsewhere, "012345678X");
        Assert.Contains("'model/weights' has other bytes", Refused(), StringComparison.Ordinal);
        File.Delete(elsewhere);
        Assert.Contains("'model/weights' is a link to a file that is missing", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Require_AMovedFolder_IsTheSame()
    {
        string moved = _folder + "-moved";
        Directory.Move(_folder, moved);
        try
        {
            FolderManifest.Require(moved, "");
        }
        finally
        {
            Directory.Move(moved, _folder);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}", "files")]
    [InlineData("{\"files\":null}", "files")]
    [InlineData("{\"files\":{\"empty\":null}}", "'empty' needs a size")]
    [InlineData("{\"files\":{\"empty\":{\"bytes\":0}}}", "xxHash128")]
    [InlineData("{\"files\":{\"empty\":{\"bytes\":0,\"xxHash128\":\"99AA06D3014798D86001C324468D497F\"}}}", "'empty' needs")]
    [InlineData("{\"files\":{\"empty\":{\"bytes\":-1,\"xxHash128\":\"99aa06d3014798d86001c324468d497f\"}}}", "'empty' needs")]
    [InlineData("{\"files\":{\"empty\":{\"bytes\":0,\"xxHash128\":\"99aa06d3014798d86001c324468d497f\",\"mode\":1}}}", "'mode' is no key")]
    [InlineData("{\"files\":{},\"file\":{}}", "'file' is no key")]
    [InlineData("{\"files\":{\"../x\":{\"bytes\":0,\"xxHash128\":\"99aa06d3014798d86001c324468d497f\"}}}", "'../x' is missing")]
    public void Require_WithADamagedManifest_IsRefused(string text, string says = "")
    {
        File.WriteAllText(Manifest, text);
        string message = Refused();
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rlhf.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_WithoutAManifest_IsRefusedByItsName()
    {
        File.Delete(Manifest);
        Assert.StartsWith(Manifest + " is missing", Refused(), StringComparison.Ordinal);
    }

    // Hashing against reading alone, both from the operating system's cache: paired, the fastest of several each.
    [Fact]
    [Trait("Category", "Long")]
    public void Require_CostsLittleMoreThanReading()
    {
        LongTests.RequireEnabled();
        const int Bytes = 1 << 30;
        string path = Path.Combine(_folder, "large");
        byte[] piece = new byte[1 << 20];
        using (FileStream file = File.Create(path))
        {
            for (int written = 0; written < Bytes; written += piece.Length)
            {
                new Random(written).NextBytes(piece);
                file.Write(piece);
            }
        }

        FolderManifest.Write(_folder);
        double read = double.MaxValue,
            check = double.MaxValue;
        for (int i = 0; i < 7; i++)
        {
            read = Math.Min(read, Seconds(() => ReadAll(path)));
            check = Math.Min(check, Seconds(() => FolderManifest.Require(_folder, "")));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"per GiB: reading {read:F3} s, checking {check:F3} s, ratio {check / read:F2}")
        );
        Assert.InRange(check / read, 0, 3);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refused()
    {
        string message = Assert.Throws<InvalidDataException>(() => FolderManifest.Require(_folder, "What to do.")).Message;
        Assert.EndsWith("What to do.", message, StringComparison.Ordinal);
        return message;
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void ReadAll(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        byte[] piece = new byte[81_920];
        while (stream.Read(piece) > 0) { }
    }
}
