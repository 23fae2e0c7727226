// begin
using Rlhf.Chat;
using Rlhf.Tokenizers;

// end
namespace WithoutTorch;

/// <summary>A tokenizer and a chat template: the read-me page of Rlhf.Text.</summary>
internal static class TextExample
{
    public static void Run()
    {
        // begin
        BpeTokenizer tokenizer = BpeTrainer.Train(
            ["What is 6 * 7? It is 42."],
            new() { VocabularySize = 280, SpecialTokens = ["<|im_start|>", "<|im_end|>"] }
        );
        ChatTemplate chatMl = ChatTemplates.ByName("chatml");
        int[] ids = tokenizer.Encode(chatMl.Render([new(MessageRole.User, "What is 6 * 7?")], new() { AddGenerationPrompt = true }));
        Console.WriteLine(tokenizer.Decode(ids, skipSpecialTokens: true).ReplaceLineEndings(" ")); // user What is 6 * 7? assistant
        // end
    }
}
