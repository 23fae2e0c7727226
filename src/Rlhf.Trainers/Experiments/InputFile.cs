using System.Security.Cryptography;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>A file that a run reads.</summary>
/// <param name="Key">The configuration key that names it or its folder.</param>
/// <param name="Path">Its absolute path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
internal sealed record InputFile(string Key, string Path, long Bytes, string Sha256)
{
    private const string RunKeys = "run:";
    private const string ModelKey = "model:path";
    private const int Shown = 12;

    /// <summary>
    /// Every file that a configuration names, and every file of a folder that it names. The policy's own folder counts only where the run
    /// trains adapters: else a checkpoint holds all its weights.
    /// </summary>
    public static IReadOnlyList<InputFile> Of(ExperimentOptions options) =>
        [
            .. OptionsWalk
                .Paths(options)
                .Where(p => !p.Key.StartsWith(RunKeys, StringComparison.Ordinal) && (p.Key != ModelKey || options.Model.Lora is not null))
                .SelectMany(p =>
                    (
                        Directory.Exists(p.Path) ? Directory.GetFiles(p.Path).Order(StringComparer.Ordinal)
                        : File.Exists(p.Path) ? [p.Path]
                        : Enumerable.Empty<string>()
                    ).Select(f => Read(p.Key, f))
                ),
        ];

    /// <summary>What is different, by key and path.</summary>
    public static IEnumerable<string> Differences(IReadOnlyList<InputFile> now, IReadOnlyList<InputFile> before)
    {
        foreach (InputFile old in before)
        {
            InputFile? own = now.FirstOrDefault(f => f.Key == old.Key && f.Path == old.Path);
            if (own is null)
            {
                yield return $"{old.Key}: {old.Path} is gone";
            }
            else if (own != old)
            {
                yield return $"{old.Key}: {old.Path} has {own.Describe()} and had {old.Describe()}";
            }
        }

        foreach (InputFile added in now.Where(f => !before.Any(o => o.Key == f.Key && o.Path == f.Path)))
        {
            yield return $"{added.Key}: {added.Path} is new";
        }
    }

    private string Describe() => $"{Bytes} bytes (SHA-256 {(Sha256.Length > Shown ? Sha256[..Shown] : Sha256)}…)";

    private static InputFile Read(string key, string path)
    {
        using FileStream stream = File.OpenRead(path);
        return new(key, path, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
