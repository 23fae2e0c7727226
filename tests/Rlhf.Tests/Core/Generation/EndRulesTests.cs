using Rlhf.Datasets;
using Rlhf.Generation;
using Rlhf.Rewards;
using Rlhf.Tokenizers;
using Rlhf.Verification;

namespace Rlhf.Tests.Core.Generation;

/// <summary>When a response ends.</summary>
public class EndRulesTests
{
    private static readonly BpeTokenizer Tokenizer = BpeTrainer.Train(
        ["so be it"],
        new() { VocabularySize = 262, SpecialTokens = ["<|endoftext|>", "<|im_end|>", "<|im_start|>"] }
    );

    // The reason and the text of a response that would go on with these tokens.
    private static (FinishReason Reason, string? Text, int Tokens) Run(string text, params string[] stops)
    {
        int[] tokens = Tokenizer.Encode(text, allowSpecialTokens: true);
        EndRules rules = new(new() { StopStrings = stops, MaxNewTokens = tokens.Length }, 1000, Tokenizer);
        ResponseBuilder response = new(new([0], 1), 0, 0, rules);
        int count = 1 + tokens.TakeWhile(t => !response.Append(t, 0)).Count();
        RolloutSequence sequence = response.Build();
        return (sequence.FinishReason, sequence.Text, Math.Min(count, tokens.Length));
    }

    [Fact]
    public void StopString_ThatIsASpecialToken_IsAStopToken()
    {
        (FinishReason reason, string? text, int tokens) = Run("ab<|im_end|>cd", "<|im_end|>");
        Assert.Equal((FinishReason.StopToken, "ab", 3), (reason, text, tokens));
        Assert.Equal(FinishReason.Length, Run("ab<|endoftext|>cd", "<|im_end|>").Reason);
    }

    [Theory]
    [InlineData("ab<|im_end|>\ncd", "<|im_end|>\n", 4)]
    [InlineData("ab\n<|im_start|>cd", "\n<|im_start|>", 4)]
    [InlineData("ab<|im_end|><|im_start|>cd", "<|im_end|><|im_start|>", 4)]
    public void StopString_ThatHoldsASpecialToken_MatchesTheTextWithIt(string response, string stop, int tokens)
    {
        (FinishReason reason, string? text, int count) = Run(response, stop);
        Assert.Equal((FinishReason.StopString, tokens), (reason, count));
        Assert.DoesNotContain("<|", text!, StringComparison.Ordinal);
    }

    // vLLM cuts a stop string off unless include_stop_str_in_output is set; a pattern that ends with it would then never match.
    [Theory]
    [InlineData("<think>4+1</think><answer>5</answer> and so on", "</answer>", "<think>4+1</think><answer>5</answer>")]
    [InlineData("#### 5\n\nQuestion: 6", "\n\nQuestion:", "#### 5\n\nQuestion:")]
    public async Task StopString_StaysInTheTextThatSourcesRead(string response, string stop, string expected)
    {
        int[] tokens = Tokenizer.Encode(response);
        EndRules rules = new(new() { StopStrings = [stop], MaxNewTokens = tokens.Length }, 1000, Tokenizer);
        ResponseBuilder builder = new(new([0], 1), 0, 0, rules);
        _ = tokens.TakeWhile(t => !builder.Append(t, 0)).Count();
        RolloutSequence sequence = builder.Build();
        Assert.Equal((FinishReason.StopString, expected), (sequence.FinishReason, sequence.Text));
        Problem problem = new()
        {
            Id = "1",
            Question = "4+1",
            Answer = "5",
        };
        Completion completion = Rollout.Create(new(problem, [0]), sequence, Tokenizer, new()).Completion;
        Assert.Equal(expected, completion.Text);
        IRewardSource verifier = Verifiers.Regex(
            new() { Pattern = stop.StartsWith('<') ? "<answer>(?<answer>.*?)</answer>$" : "#### (?<answer>.*?)\\n\\nQuestion:$" }
        );
        Assert.Equal([1.0], (await verifier.ScoreAsync(completion, TestContext.Current.CancellationToken)).Values);
    }

    [Fact]
    public void StopString_OfPlainText_DoesNotSeeSpecialTokens()
    {
        Assert.Equal((FinishReason.StopString, 3), (Run("ab.cd", ".").Reason, Run("ab.cd", ".").Tokens));
        Assert.Equal(FinishReason.Length, Run("ab<|im_end|>cd", "|").Reason);
        Assert.Equal(FinishReason.StopString, Run("ab<|im_end|>cd", "bc").Reason);
    }

    [Fact]
    public void SpecialToken_SpelledOutInText_StillMatchesItsStopString()
    {
        EndRules rules = new(new() { StopStrings = ["<|im_end|>"], MaxNewTokens = 100 }, 1000, Tokenizer);
        ResponseBuilder response = new(new([0], 1), 0, 0, rules);
        int[] spelled = Tokenizer.Encode("<|im_end|>");
        Assert.All(spelled[..^1], t => Assert.False(response.Append(t, 0)));
        Assert.True(response.Append(spelled[^1], 0));
        Assert.Equal(FinishReason.StopString, response.Build().FinishReason);
    }
}
