using System.Text.Json;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.HfParity;

/// <summary>Tokenizers against what Hugging Face's library gives for each line of <c>tokenizers/*/encode.jsonl</c>.</summary>
internal static class TokenizerParity
{
    /// <summary>Encodes and decodes every text of every tokenizer in a folder.</summary>
    internal static ParityTally Run(string folder)
    {
        var tally = new ParityTally();
        foreach (string path in TokenizerFolders.In(folder))
        {
            string file = Path.Combine(path, "encode.jsonl");
            if (!File.Exists(file))
            {
                continue;
            }

            BpeTokenizer tokenizer = BpeTokenizer.Load(TokenizerFolders.Resolve(path));
            int line = 0;
            foreach (string json in File.ReadLines(file))
            {
                using var row = JsonDocument.Parse(json);
                string? difference;
                try
                {
                    difference = Difference(tokenizer, row.RootElement);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    difference = $"{e.GetType().Name}: {e.Message}";
                }

                tally.Add($"text {Path.GetFileName(path)} line {++line}", difference is null, difference);
            }
        }

        return tally;
    }

    private static string? Difference(BpeTokenizer tokenizer, JsonElement row)
    {
        string text = row.GetProperty("text").GetString()!;
        int[] ids = Ids("ids");
        return Compare("ids", tokenizer.Encode(text, allowSpecialTokens: true), ids)
            ?? Compare("ids_special_as_text", tokenizer.Encode(text), Ids("ids_special_as_text"))
            ?? CompareText("decoded", tokenizer.Decode(ids))
            ?? CompareText("decoded_skip_special", tokenizer.Decode(ids, skipSpecialTokens: true))
            ?? (Incremental(tokenizer, ids) == tokenizer.Decode(ids) ? null : "decoding token by token gives another text");

        int[] Ids(string key) => row.GetProperty(key).Deserialize<int[]>()!;
        string? Compare(string what, int[] actual, int[] expected) =>
            actual.SequenceEqual(expected)
                ? null
                : $"{what} of {JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}";
        string? CompareText(string what, string actual) =>
            actual == row.GetProperty(what).GetString()
                ? null
                : $"{what}: expected {row.GetProperty(what)}, got {JsonSerializer.Serialize(actual)}";
    }

    private static string Incremental(BpeTokenizer tokenizer, int[] ids)
    {
        IncrementalDecoder decoder = tokenizer.CreateDecoder(skipSpecialTokens: false);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Finish();
    }
}
