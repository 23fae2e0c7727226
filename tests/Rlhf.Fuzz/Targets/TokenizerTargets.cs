using System.Text;
using Rlhf.Chat;
using Rlhf.Tokenizers;

namespace Rlhf.Fuzz.Targets;

/// <summary>Tokenizers and chat templates as others write them, and texts for them.</summary>
internal static class TokenizerTargets
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private const string TokenizerConfig = """
        {"add_bos_token": false, "bos_token": "<|endoftext|>", "eos_token": "<|im_end|>", "model_max_length": 2048, "tokenizer_class": "GPT2Tokenizer", "chat_template": "TEMPLATE"}
        """;

    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new("tokenizer", 2, () => Folder("tokenizer.json", Load, typeof(TokenizerFormatException))),
        new(
            "tokenizer-config",
            1,
            () => Folder("tokenizer_config.json", LoadAndDetect, typeof(TokenizerFormatException), typeof(InvalidDataException))
        ),
        new("chat-template", 1, () => Folder("chat_template.jinja", f => ChatTemplates.Detect(f), typeof(InvalidDataException))),
        new("encode", 1, Encode),
    ];

    private static FolderTarget Folder(string file, Action<string> read, params Type[] documented)
    {
        string folder = Scratch.Create();
        Trained().Save(folder);
        File.WriteAllText(
            Path.Combine(folder, "tokenizer_config.json"),
            TokenizerConfig.Replace("TEMPLATE", ChatMl.Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal)
        );
        if (file.EndsWith(".jinja", StringComparison.Ordinal))
        {
            File.WriteAllText(Path.Combine(folder, file), ChatMl);
        }

        return new(folder, file, read, documented);
    }

    private static TextTarget Encode()
    {
        BpeTokenizer tokenizer = Trained();
        return new(
            ["Tom has 3 apples. <|im_end|> \u00e9\u4e2d\U0001F600\n\n  x", "aaaa aaaa 12345 don't"],
            text =>
            {
                int[] ids = tokenizer.Encode(text, allowSpecialTokens: true);
                string back = tokenizer.Decode(ids);
                if (back != Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)))
                {
                    throw new InvalidOperationException("A text comes back as another.");
                }
            }
        );
    }

    private static void Load(string folder)
    {
        BpeTokenizer tokenizer = BpeTokenizer.Load(folder);
        int[] ids = tokenizer.Encode("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa Tom has 3 apples, 12 pears.\n");
        tokenizer.Decode(ids);
    }

    private static void LoadAndDetect(string folder)
    {
        BpeTokenizer.Load(folder);
        ChatTemplates.Detect(folder);
    }

    private static BpeTokenizer Trained() =>
        BpeTrainer.Train(
            ["Tom has 3 apples and 12 pears. He gives Ann 4 of them. How many are left?", "3 + 12 = 15\n15 - 4 = 11\n#### 11"],
            new() { VocabularySize = 300, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] }
        );
}
