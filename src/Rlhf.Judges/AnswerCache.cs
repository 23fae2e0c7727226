using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rlhf.Json;

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

    /// <summary>Names a request: all that can change its answer.</summary>
    public static string Key(JudgeOptions options, string message) =>
        Convert.ToHexString(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new object?[] { options.Endpoint.AbsoluteUri, options.Model, options.MaxTokens, options.Temperature, message }
                )
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
        int whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        for (int start = 0, end, number = 1; start < whole; start = end + 1, number++)
        {
            end = Array.IndexOf(bytes, (byte)'\n', start);
            ReadOnlyMemory<byte> line = bytes.AsMemory(start..end);
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            try
            {
                CachedAnswer known = JsonText.Deserialize<CachedAnswer>(line, JsonSerializerOptions.Default, new() { FirstLine = number });
                _answers[known.Key ?? throw new JsonTextException($"line {number}: it has no key.", number)] =
                    known.Answer ?? throw new JsonTextException($"line {number}: it has no answer.", number);
            }
            catch (JsonTextException e)
            {
                throw new InvalidDataException($"{path}: not an answer of a judge in {e.Message} Delete the file to ask again.", e);
            }
        }

        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }

    private sealed record CachedAnswer(string? Key, string? Answer);
}
