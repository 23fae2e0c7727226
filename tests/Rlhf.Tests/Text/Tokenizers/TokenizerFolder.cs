using System.Text;
using System.Text.Json.Nodes;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.Text.Tokenizers;

/// <summary>A folder with a small byte-level tokenizer, whose files a test changes.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rlhf-tokenizer-");

    public TokenizerFolder(params string[] special)
    {
        BpeTrainer.Train(["an apple and another apple"], new() { VocabularySize = 280, SpecialTokens = special }).Save(Path);
        Json = JsonNode.Parse(File.ReadAllText(File_("tokenizer.json")))!.AsObject();
    }

    public string Path => _folder.FullName;

    /// <summary>The content of tokenizer.json; <see cref="Load"/> writes it.</summary>
    public JsonObject Json { get; }

    /// <summary>The content of tokenizer_config.json; null for no such file.</summary>
    public JsonObject? Config { get; set; }

    public void Dispose() => _folder.Delete(recursive: true);

    public BpeTokenizer Load()
    {
        File.WriteAllText(File_("tokenizer.json"), Json.ToJsonString(), new UTF8Encoding(false));
        if (Config is not null)
        {
            File.WriteAllText(File_("tokenizer_config.json"), Config.ToJsonString());
        }

        return BpeTokenizer.Load(Path);
    }

    /// <summary>Loads a tokenizer.json of these bytes.</summary>
    public BpeTokenizer LoadBytes(byte[] json)
    {
        File.WriteAllBytes(File_("tokenizer.json"), json);
        return BpeTokenizer.Load(Path);
    }

    private string File_(string name) => System.IO.Path.Combine(Path, name);
}
