using Rlhf.Models;
using Rlhf.Tokenizers;
using static TorchSharp.torch;

namespace Rlhf.Tests.Readme;

public sealed class ReadmeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-readme-").FullName;

    [Fact]
    public void Example_IsWhatThisProjectCompiles()
    {
        string[] source = File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "tests", "Rlhf.Tests", "Readme", "ReadmeExample.cs"));
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md")).ReplaceLineEndings("\n");
        Assert.Contains("```csharp\n" + Snippet.Of(source) + "\n```", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Example_Runs()
    {
        set_num_threads(1);
        BpeTokenizer tokenizer = BpeTrainer.Train(["What is 7 * 6 - 2?"], new() { VocabularySize = 260 });
        using (
            CausalLm model = CausalLm.Create(
                SmallModel.Llama(tokenizer.VocabularySize, end: 0) with
                {
                    MaxPositions = 128,
                    TieWordEmbeddings = true,
                },
                1
            )
        )
        {
            model.Save(_folder);
            tokenizer.Save(_folder);
        }

        using var scope = NewDisposeScope();
        var (shaped, advantages, rows) = ReadmeExample.Run(_folder);
        Assert.Equal(8, rows);
        Assert.Equal(8, advantages.Values.size(0));
        Assert.Equal(["clip", "delta"], shaped.Stages.Select(s => s.Stage));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
