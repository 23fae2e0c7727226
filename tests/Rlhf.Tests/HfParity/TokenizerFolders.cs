using System.Text.Json;

namespace Rlhf.Tests.HfParity;

internal static class TokenizerFolders
{
    /// <summary>The folders under <c>tokenizers/</c>.</summary>
    public static IEnumerable<string> In(string folder)
    {
        string root = Path.Combine(folder, "tokenizers");
        return Directory.Exists(root) ? Directory.GetDirectories(root).Order(StringComparer.Ordinal) : [];
    }

    /// <summary>The folder with a tokenizer's files: its own, or the one that its <c>tokenizer.ref.json</c> names.</summary>
    public static string Resolve(string tokenizer)
    {
        string reference = Path.Combine(tokenizer, "tokenizer.ref.json");
        if (!File.Exists(reference))
        {
            return tokenizer;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(reference));
        return Path.GetFullPath(Path.Combine(tokenizer, document.RootElement.GetProperty("tokenizer").GetString()!));
    }
}
