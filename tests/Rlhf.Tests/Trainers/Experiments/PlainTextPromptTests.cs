using System.Security.Cryptography;
using Rlhf.Chat;
using Rlhf.Runtime;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A prompt without a chat template is the prompt template's text and nothing else, however it is asked for.</summary>
public class PlainTextPromptTests
{
    private static readonly BpeTokenizer Tokenizer = BpeTrainer.Train(
        ["what is 7+5\n\n12"],
        new() { VocabularySize = 280, SpecialTokens = ["<end>"] }
    );

    [Theory]
    [InlineData("{question}")]
    [InlineData("{question}\n")]
    [InlineData("Q: {question}\n\nA:")]
    [InlineData(" {question} <end> ")]
    public void PlainText_NullAndNone_AreTheTemplatesTextAndNothingElse(string template)
    {
        Problem problem = new() { Id = "1", Question = "what is 7+5" };
        int[] expected = Tokenizer.Encode(template.Replace("{question}", problem.Question, StringComparison.Ordinal));
        foreach (ChatTemplate? chat in (ChatTemplate?[])[null, ChatTemplates.ByName("none")])
        {
            PromptFormatter formatter = new(Tokenizer, chat, new() { Template = template }, endToken: 0);
            Assert.Equal(expected, formatter.Format(problem).TokenIds);
            Assert.True(formatter.Fits(problem, expected.Length));
        }
    }

    [Fact]
    public void SystemMessage_WithoutAChat_IsRefused()
    {
        PromptOptions prompt = new() { System = "Be brief." };
        foreach (ChatTemplate? chat in (ChatTemplate?[])[null, ChatTemplates.ByName("none")])
        {
            ArgumentException e = Assert.Throws<ArgumentException>(() => new PromptFormatter(Tokenizer, chat, prompt, endToken: 0));
            Assert.Contains("prompt:system", e.Message, StringComparison.Ordinal);
            Assert.Contains("prompt:template", e.Message, StringComparison.Ordinal);
        }

        ConfigurationException refused = Assert.Throws<ConfigurationException>(() =>
            ExperimentRun.Read(ConfigurationSources.FromCommandLine(["Prompt:System=Be brief."], MathGrpoProgram.Tiny))
        );
        Assert.Contains("prompt:system is Be brief.", refused.Message, StringComparison.Ordinal);
    }

    // The hash is that of the tokenizer before plain text lost the line break that it added of itself.
    [Fact]
    public void EmbeddedDefault_GivesTheTokensThatItAlwaysGave()
    {
        string file = Path.Combine(SharedData.RepositoryRoot, "samples", "MathGrpo", "default.json");
        ExperimentOptions options = ExperimentRun.Read(new() { Json = File.ReadAllText(file) }).Options;
        PolicyModel model = PolicyModel.Create(options, ComputeEnvironment.Resolve(options.Compute with { Threads = 1 }), null);
        using Rlhf.Models.CausalLm policy = model.Policy;
        string folder = Directory.CreateTempSubdirectory("rlhf-default-tokens-").FullName;
        try
        {
            model.Tokenizer.Save(folder);
            Assert.Equal(
                "218CC576167AD2A83E9D253861956A75589D4054C83BA0F29996EB4CC1F281B3",
                Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"))))
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Problem problem = ProblemSets.Open(options.Data.Train)[0];
        int lineBreak = model.Tokenizer.Encode("\n").Single();
        Assert.Equal([.. model.Tokenizer.Encode(problem.Question), lineBreak, lineBreak], model.Formatter.Format(problem).TokenIds);
    }
}
