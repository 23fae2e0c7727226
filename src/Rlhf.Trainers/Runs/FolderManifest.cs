using System.Globalization;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf.Json;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Runs;

/// <summary>
/// <c>manifest.json</c> in a folder that a run goes on from: every other file in it and below it by relative path, with size and XXH128,
/// as <c>xxhsum -H2</c> prints it. It finds what a disk or a copy has spoiled; it is no defence against somebody who forges files.
/// </summary>
internal sealed class FolderManifest
{
    /// <summary>The file's name in the folder.</summary>
    public const string FileName = "manifest.json";

    private const int Shown = 5;
    private const int HashDigits = 32;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The files by path from the folder, parts separated by <c>/</c>.</summary>
    public required IReadOnlyDictionary<string, Entry> Files { get; init; }

    /// <summary>Writes the manifest of what lies in a folder; nothing may be written there after it.</summary>
    /// <param name="folder">The folder.</param>
    public static void Write(string folder)
    {
        FolderManifest manifest = new()
        {
            Files = PathsIn(folder).ToDictionary(p => p, p => Read(Path.Combine(folder, p)), StringComparer.Ordinal),
        };
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(manifest, Json));
    }

    /// <summary>Refuses a folder that is not what was written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="advice">What to do then, a sentence.</param>
    /// <exception cref="InvalidDataException">A file is missing, is there in addition, or has another size or other bytes; or the manifest
    /// itself is missing or damaged.</exception>
    public static void Require(string folder, string advice)
    {
        string path = Path.Combine(folder, FileName);
        FolderManifest manifest;
        try
        {
            manifest = JsonText.Deserialize<FolderManifest>(File.ReadAllBytes(path), Json);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException(
                $"{path} is missing, so nothing tells whether the files beside it are those that were saved. {advice}",
                e
            );
        }
        catch (JsonTextException e)
        {
            throw new InvalidDataException($"{path}: {JsonMessages.Explain(e.Message)} {advice}", e);
        }

        if (manifest.Files.FirstOrDefault(f => f.Value is not { IsPossible: true }) is { Key: { } impossible })
        {
            throw new InvalidDataException(
                $"{path}: '{JsonText.Quote(impossible)}' needs a size of 0 or more and {HashDigits} hexadecimal digits of a hash. {advice}"
            );
        }

        string[] differences = [.. manifest.Differences(folder)];
        if (differences.Length > 0)
        {
            string more = differences.Length > Shown ? $"; and {differences.Length - Shown} more" : "";
            throw new InvalidDataException(
                $"{folder} is not what was saved ({FileName}): {string.Join("; ", differences.Take(Shown))}{more}. {advice}"
            );
        }
    }

    // Names and sizes cost nothing and are compared first; bytes only where they agree.
    private IEnumerable<string> Differences(string folder)
    {
        string[] found = [.. PathsIn(folder)];
        foreach (string missing in Files.Keys.Except(found).Order(StringComparer.Ordinal))
        {
            yield return $"'{JsonText.Quote(missing)}' is missing";
        }

        foreach (string stranger in found.Where(f => !Files.ContainsKey(f)))
        {
            yield return $"'{JsonText.Quote(stranger)}' was not saved (if it is yours, take it away)";
        }

        foreach (string path in found.Where(Files.ContainsKey))
        {
            Entry saved = Files[path];
            string name = JsonText.Quote(path);
            long? bytes = SizeOf(Path.Combine(folder, path));
            if (bytes is null)
            {
                yield return $"'{name}' is a link to a file that is missing";
            }
            else if (bytes != saved.Bytes)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"'{name}' has {bytes} bytes and had {saved.Bytes}");
            }
            else if (Read(Path.Combine(folder, path)).XxHash128 is { } hash && hash != saved.XxHash128)
            {
                yield return $"'{name}' has other bytes (XXH128 {hash}, saved {saved.XxHash128})";
            }
        }
    }

    private static IEnumerable<string> PathsIn(string folder) =>
        Directory
            .GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(f => f != FileName)
            .Order(StringComparer.Ordinal);

    private static long? SizeOf(string path)
    {
        try
        {
            using FileStream stream = Open(path);
            return stream.Length;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static Entry Read(string path)
    {
        using FileStream stream = Open(path);
        XxHash128 hash = new();
        hash.Append(stream);
        return new() { Bytes = stream.Length, XxHash128 = Convert.ToHexStringLower(hash.GetCurrentHash()) };
    }

    // Unbuffered: the hash reads in pieces that are large enough.
    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>A file.</summary>
    internal sealed class Entry
    {
        /// <summary>Its size.</summary>
        public required long Bytes { get; init; }

        /// <summary>XXH128 of its bytes with seed 0, hexadecimal, most significant digit first.</summary>
        public required string XxHash128 { get; init; }

        [JsonIgnore]
        public bool IsPossible => Bytes >= 0 && XxHash128.Length == HashDigits && XxHash128.All(char.IsAsciiHexDigitLower);
    }
}
