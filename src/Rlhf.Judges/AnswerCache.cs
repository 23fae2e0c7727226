using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rlhf.Judges;

/// <summary>
/// Answers by what was asked, in memory and, where it has a file, a JSON line each. Half a line that a killed process left is cut off.
/// </summary>
internal sealed class AnswerCache : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private readonly FileStream? _file;

    public AnswerCache(string? path)
    {
        if (path is null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            Load(path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Names a request.</summary>
    public static string Key(Uri endpoint, string model, int maxTokens, string message) =>
        Convert.ToHexString(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new object[] { endpoint.AbsoluteUri, model, maxTokens, message }))
            )
        );

    public string? Find(string key) => _answers.GetValueOrDefault(key);

    public void Add(string key, string answer)
    {
        if (_answers.TryAdd(key, answer) && _file is not null)
        {
            byte[] line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new CachedAnswer(key, answer)) + "\n");
            lock (_writing)
            {
                _file.Write(line);
                _file.Flush();
            }
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Load(string path)
    {
        byte[] bytes = new byte[_file!.Length];
        _file.ReadExactly(bytes);
        int whole = Array.LastIndexOf(bytes, (byte)'\n') + 1,
            number = 0;
        foreach (string line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            try
            {
                CachedAnswer? known = JsonSerializer.Deserialize<CachedAnswer>(line);
                _answers[known?.Key ?? throw new JsonException("it has no key.")] =
                    known.Answer ?? throw new JsonException("it has no answer.");
            }
            catch (JsonException e)
            {
                throw new InvalidDataException(
                    $"{path}, line {number}: not an answer of a judge: {e.Message} Delete the file to ask again.",
                    e
                );
            }
        }

        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }

    private sealed record CachedAnswer(string? Key, string? Answer);
}
