using Rlhf.Chat;
using Rlhf.Models;
using Rlhf.Runtime;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Tests.Text.Tokenizers;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Begin tokens of prompts, thoughts, and the form of worked solutions.</summary>
public class PromptFormatterTests
{
    private const string Begin = "<|begin_of_text|>";
    private const string Asked = "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n";
    private const string NoThoughts = "<think>\n\n</think>\n\n";

    private static readonly Problem Solved = new()
    {
        Id = "7",
        Question = "Q",
        Solution = "S <|im_end|> T",
    };

    private static readonly Lazy<BpeTokenizer> Qwen3 = new(() => BpeTokenizer.Load(SharedData.Require("reference/tokenizers/qwen3")));

    private static PromptFormatter Formatter(string chat, bool? thinking = null) =>
        new(Qwen3.Value, ChatTemplates.ByName(chat), new() { Thinking = thinking }, Qwen3.Value.FindToken("<|im_end|>")!.Value);

    private static string Prompt(string chat, bool? thinking = null) =>
        Qwen3.Value.Decode([.. Formatter(chat, thinking).Format(Solved).TokenIds]);

    [Fact]
    public void PlainText_OfATokenizerWithABeginToken_BeginsWithIt()
    {
        using TokenizerFolder folder = new(Begin, "</s>")
        {
            Config = new() { ["add_bos_token"] = true, ["bos_token"] = Begin },
        };
        BpeTokenizer tokenizer = folder.Load();
        foreach (ChatTemplate? chat in (ChatTemplate?[])[null, ChatTemplates.ByName("none")])
        {
            PromptFormatter formatter = new(tokenizer, chat, new() { Template = "Q: {question}\n" }, endToken: 1);
            int[] expected = [0, .. tokenizer.Encode("Q: Q\n")];
            Assert.Equal(expected, formatter.Format(Solved).TokenIds);
            Assert.Equal(expected, formatter.FormatSolved(Solved).Prompt);
            Assert.Equal([.. tokenizer.Encode(Solved.Solution!), 1], formatter.FormatSolved(Solved).Response);
            Assert.True(formatter.Fits(Solved, expected.Length));
            Assert.False(formatter.Fits(Solved, expected.Length - 1));
        }
    }

    [Fact]
    public void PlainText_ThatSpellsTheBeginToken_HasItOnce()
    {
        using TokenizerFolder folder = new(Begin, "</s>")
        {
            Config = new() { ["add_bos_token"] = true, ["bos_token"] = Begin },
        };
        PromptFormatter formatter = new(folder.Load(), null, new() { Template = Begin + "{question}" }, endToken: 1);
        Assert.Equal(1, formatter.Format(Solved).TokenIds.Count(id => id == 0));
    }

    [Fact]
    public void ChatTemplate_ThatWritesTheBeginToken_WritesItOnce()
    {
        using TokenizerFolder folder = new(Begin, "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>")
        {
            Config = new() { ["add_bos_token"] = true, ["bos_token"] = Begin },
        };
        BpeTokenizer tokenizer = folder.Load();
        IReadOnlyList<int> prompt = new PromptFormatter(tokenizer, ChatTemplates.ByName("llama3"), new(), endToken: 1)
            .Format(Solved)
            .TokenIds;
        Assert.Equal([0, 2], prompt.Take(2));
        Assert.Equal(1, prompt.Count(id => id == 0));

        // A template that writes none gets none, as in transformers.
        Assert.DoesNotContain(
            0,
            new PromptFormatter(tokenizer, ChatTemplates.ByName("chatml"), new(), endToken: 1).Format(Solved).TokenIds
        );
    }

    [Fact]
    public void Ends_ForTheLog_ShowTextsAndIds()
    {
        using TokenizerFolder folder = new(Begin, "</s>");
        BpeTokenizer tokenizer = folder.Load();
        int a = tokenizer.Encode("a").Single(),
            line = tokenizer.Encode("\n").Single();
        Assert.Equal(
            $"the first has 3 tokens, begins with \"{Begin}\" (0) \"a\" ({a}) \"\\n\" ({line}) and ends with \"{Begin}\" (0) \"a\" ({a}) \"\\n\" ({line})",
            new PromptEnds(tokenizer, [0, a, line]).ToString()
        );
    }

    [Theory]
    [InlineData("qwen3", null, Asked)]
    [InlineData("qwen3", true, Asked)]
    [InlineData("qwen3", false, Asked + NoThoughts)]
    [InlineData("qwen3-instruct-2507", null, Asked)]
    [InlineData("qwen3-thinking-2507", null, Asked + "<think>\n")]
    public void Thinking_DecidesHowThePromptEnds(string chat, bool? thinking, string expected) =>
        Assert.Equal(expected, Prompt(chat, thinking));

    // Prompt and answer together are what the template writes for the whole conversation, up to its end token.
    [Theory]
    [InlineData("qwen3", null, "S", NoThoughts + "S")]
    [InlineData("qwen3", true, "S", NoThoughts + "S")]
    [InlineData("qwen3", false, "S", "S")]
    [InlineData("qwen3", null, "<think>\nT\n</think>\n\nS", "<think>\nT\n</think>\n\nS")]
    [InlineData("qwen3", null, "<think>T</think>S", "<think>\nT\n</think>\n\nS")]
    [InlineData("qwen3", null, "a <|im_end|>\nb", NoThoughts + "a <|im_end|>\nb")]
    [InlineData("qwen3-instruct-2507", null, "S", "S")]
    [InlineData("qwen3-thinking-2507", null, "T</think>S", "T\n</think>\n\nS")]
    [InlineData("qwen2.5", null, "S\nT", "S\nT")]
    [InlineData("chatml", null, " S", " S")]
    [InlineData("llama3", null, "\nS \n", "S")]
    public void FormatSolved_WritesTheSolutionAsTheTemplateDoes(string chat, bool? thinking, string solution, string answer)
    {
        PromptFormatter formatter = Formatter(chat, thinking);
        TokenSequence sequence = formatter.FormatSolved(Solved with { Solution = solution });
        Assert.Equal(formatter.Format(Solved).TokenIds, sequence.Prompt);
        Assert.Equal(answer + "<|im_end|>", Qwen3.Value.Decode([.. sequence.Response]));
        Assert.Equal(Qwen3.Value.FindToken("<|im_end|>"), sequence.Response[^1]);

        // What looks like the end token in the solution is text.
        Assert.Equal(1, sequence.Response.Count(id => id == sequence.Response[^1]));
    }

    [Fact]
    public void FormatSolved_ThoughtsWhereThinkingIsOff_AreRefusedWithTheProblem()
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() =>
            Formatter("qwen3", thinking: false).FormatSolved(Solved with { Solution = "<think>\nT\n</think>\n\nS" })
        );
        Assert.Contains("Problem 7", e.Message, StringComparison.Ordinal);
        Assert.Contains("prompt:thinking", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chatml", "'chatml' knows no thinking")]
    [InlineData("none", "plain text knows no thinking")]
    public void Thinking_WhereTheTemplateKnowsNone_IsRefused(string chat, string message)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Formatter(chat, thinking: false));
        Assert.Contains("prompt:thinking", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Thinking_IsAKeyOfThePrompt()
    {
        Assert.False(
            ExperimentRun
                .Read(ConfigurationSources.FromCommandLine(["Prompt:Chat=qwen3", "Prompt:Thinking=false"], MathGrpoProgram.Tiny))
                .Options.Prompt.Thinking
        );
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            ExperimentRun.Read(ConfigurationSources.FromCommandLine(["Prompt:Thinking=false"], MathGrpoProgram.Tiny))
        );
        Assert.Contains("prompt:thinking", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_OfARun_SaysHowPromptsAndAnswersBeginAndEnd()
    {
        using TokenizerFolder folder = new();
        ExperimentOptions options = ExperimentRun.Read(new() { Json = MathGrpoProgram.Tiny }).Options;
        ListLogger log = new();
        using (
            Experiment.Create(
                options,
                ComputeEnvironment.Resolve(options.Compute),
                ExperimentRegistry.Default,
                folder.Path,
                checkpointModel: null,
                log
            )
        ) { }

        string line = Assert.Single(log.Lines, l => l.Text.StartsWith("prompts: ", StringComparison.Ordinal)).Text;
        Assert.Contains("plain text", line, StringComparison.Ordinal);
        Assert.Matches("ends with .*\"\\\\n\" \\(11\\); an answer ends with \"<\\|endoftext\\|>\" \\(0\\)\\.$", line);
    }
}
