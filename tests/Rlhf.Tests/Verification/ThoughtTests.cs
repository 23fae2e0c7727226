using Rlhf.Generation;
using Rlhf.Text;
using Rlhf.Tokenizers;
using Rlhf.Verification;
using Rlhf.Verification.Patterns;

namespace Rlhf.Tests.Verification;

/// <summary>What stands in think tags, finished or cut off.</summary>
public class ThoughtTests
{
    private static readonly IRewardSource Verifier = Verifiers.Math();

    [Theory]
    [InlineData("<think>5</think>", "5", 0)]
    [InlineData("<thinking>The answer is 5</thinking>", "5", 0)]
    [InlineData("<think>\\boxed{5}", "5", 0)]
    [InlineData("\\boxed{5}</think>", "5", 0)]
    [InlineData("I think 5 \\boxed{5}</think>\nNo idea", "5", 0)]
    [InlineData("reason 5\n</think>\nThe answer is 7", "7", 1)]
    [InlineData("<think>a <think>b</think> \\boxed{5}", "5", 0)]
    [InlineData("<think>a</think> 6 <think>\\boxed{5}</think> \\boxed{7}", "7", 1)]
    [InlineData("\\boxed{7} <think>\\boxed{5}</think>", "5", 0)]
    [InlineData("\\boxed{7} <think>\\boxed{5}</think>", "7", 1)]
    [InlineData("<think>hm</think><answer>7</answer>", "7", 1)]
    [InlineData("<think>hm</think><answer>The answer is \\boxed{7}</answer>", "7", 1)]
    [InlineData("<answer>6</answer> or <answer>7</answer>", "7", 1)]
    [InlineData("<think>hm</think><answer>7</answer> 6", "6", 0)]
    [InlineData("<think>hm</think><answer>7", "7", 0)]
    [InlineData("<think>hm <answer>7</answer>", "7", 0)]
    [InlineData("<THINK>5</THINK> I do not know", "5", 0)]
    [InlineData("[THINK]\\boxed{5}[/THINK] 6", "5", 0)]
    [InlineData("◁think▷\\boxed{5}◁/think▷ 6", "5", 0)]
    [InlineData("<|begin_of_thought|>\\boxed{5}<|end_of_thought|> 6", "5", 0)]
    [InlineData("<reasoning>\\boxed{5}</reasoning><answer>6</answer>", "5", 0)]
    [InlineData("Thus x=7. The answer is", "7", 0)]
    [InlineData("Thus x = 7. The answer is $", "7", 0)]
    [InlineData("Final answer:", "7", 0)]
    [InlineData("Thus x = 7 +", "7", 0)]
    [InlineData("So it is (7", "7", 0)]
    [InlineData("The answer is $\\frac{7}{", "7", 0)]
    [InlineData("The answer is \\(7", "7", 0)]
    [InlineData("So x = 7, ", "7", 0)]
    [InlineData("<think>7</think>\n\n7", "7", 1)]
    [InlineData("<think>\n\n</think>\n\nThe answer is 7.", "7", 1)]
    [InlineData("The answer is (7", "7", 0)]
    [InlineData("The answer is \\frac{7}{", "7", 0)]
    [InlineData("The answer is 7 +", "7", 0)]
    [InlineData("```python\nprint('The answer is 5')\n```\nThe answer is 7.", "5", 0)]
    [InlineData("The answer is 7.\n```python\nprint('The answer is 5')\n```", "7", 1)]
    [InlineData("```python\nx = 5\nprint(x)\n```", "5", 0)]
    [InlineData("He wrote \"the answer is 5\" on the board.", "5", 0)]
    [InlineData("```\nAnswer: 5\n```", "5", 1)]
    [InlineData("答案是5", "5", 1)]
    [InlineData("答案：5", "5", 1)]
    [InlineData("La respuesta es 5.", "5", 1)]
    [InlineData("Die Antwort ist 5.", "5", 1)]
    public void Math_Thoughts_AreNeverTheAnswer(string response, string answer, double expected) =>
        Assert.Equal([expected], VerifierCase.Score(Verifier, response, answer).Values);

    // As a chat template that ends with <think> leaves it to the model.
    [Theory]
    [InlineData("4+1=5, so the answer is \\boxed{5}", "", 0)]
    [InlineData("4+1=5 <answer>5</answer>", "", 0)]
    [InlineData("4+1=6</think>The answer is 5.", "The answer is 5.", 1)]
    [InlineData("<think>4+1=6</think>The answer is 5.", "The answer is 5.", 1)]
    [InlineData("Hm, <think>4+1=6</think>The answer is 5.", "The answer is 5.", 1)]
    [InlineData("<think>4+1=5, so the answer is \\boxed{5}", "", 0)]
    [InlineData("6</think>The answer is 5.<think>6", "The answer is 5.", 1)]
    [InlineData("6</think>5.<think>6</think>The answer is 5.", "5.\nThe answer is 5.", 1)]
    [InlineData("", "", 0)]
    public async Task Exclude_AResponseThatBeginsInAThought_IsThoughtUntilItIsClosed(string response, string outside, double expected)
    {
        Problem problem = new()
        {
            Id = "1",
            Question = "4+1",
            Answer = "5",
        };
        Completion completion = new(problem, response, [response], false) { BeginsInThought = true };
        Assert.Equal(outside, Thoughts.Read(completion, ThoughtText.Exclude));
        Assert.Equal([expected], (await Verifier.ScoreAsync(completion, TestContext.Current.CancellationToken)).Values);
        Assert.Equal(response, Thoughts.Read(completion, ThoughtText.Include));
        Assert.Equal(response.Length > 0, Thoughts.OfSteps(completion).Single());
    }

    [Theory]
    [InlineData("Why?\n<think>", true)]
    [InlineData("Why?\n<think>\n", true)]
    [InlineData("Why?[THINK]", true)]
    [InlineData("Why?\n<think>\n\n</think>\n\n", false)]
    [InlineData("Write thoughts between <think> and </think>.", false)]
    [InlineData("Write <think> before your thoughts. Why?", false)]
    [InlineData("Why?", false)]
    [InlineData("", false)]
    public void IsOpenedBy_APromptThatEndsWithAnOpeningTag_IsTrue(string prompt, bool expected) =>
        Assert.Equal(expected, Thoughts.IsOpenedBy(prompt));

    // Tags that are special tokens stand in neither text, so that the response is read as it is.
    [Theory]
    [InlineData("so be it <think>\n", false, true)]
    [InlineData("so be it <think>\n", true, false)]
    [InlineData("so be it", false, false)]
    public void Rollout_OfAPromptThatOpensAThought_BeginsInIt(string prompt, bool isSpecial, bool expected)
    {
        BpeTokenizer tokenizer = BpeTrainer.Train(
            ["so be it"],
            new() { VocabularySize = 262, SpecialTokens = isSpecial ? ["<think>", "</think>"] : ["<end>"] }
        );
        int[] response = tokenizer.Encode("5");
        Rollout rollout = Rollout.Create(
            new(
                new()
                {
                    Id = "1",
                    Question = prompt,
                    Answer = "5",
                },
                tokenizer.Encode(prompt, allowSpecialTokens: true)
            ),
            new(0, 0, response, new float[response.Length], FinishReason.StopToken, null),
            tokenizer,
            new()
        );
        Assert.Equal(expected, rollout.Completion.BeginsInThought);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("<think>a</think>b", "\nb")]
    [InlineData("<think>a</think>b<think>c</think>d", "\nb\nd")]
    [InlineData("b<think>a", "b")]
    [InlineData("a</think>b", "b")]
    [InlineData("<think>a</think>b</think>c", "c")]
    [InlineData("<think>a<think>b</think>c", "")]
    [InlineData("<think>a<think>b</think>c</think>d", "\nd")]
    [InlineData("<thinking mode=\"x\">a</thinking>b", "\nb")]
    [InlineData("< Think >a< / THINK >b", "\nb")]
    [InlineData("[THINK]a[/THINK]b", "\nb")]
    [InlineData("◁think▷a◁/think▷b", "\nb")]
    [InlineData("<|begin_of_thought|>a<|end_of_thought|>b", "\nb")]
    [InlineData("<thinker>a</thinker>b", "<thinker>a</thinker>b")]
    public void Exclude_LeavesWhatStandsOutside(string text, string outside) =>
        Assert.Equal(outside, Thoughts.Read(text, ThoughtText.Exclude));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("<think>a</think>b", "a")]
    [InlineData("<think>a</think>b<think>c", "a\nc")]
    [InlineData("a</think>b", "a")]
    [InlineData("<think>a</think>b</think>c", "<think>a</think>b")]
    public void Only_LeavesWhatStandsInside(string text, string inside) => Assert.Equal(inside, Thoughts.Read(text, ThoughtText.Only));

    // The right answer in a thought, another one or none outside: each verifier pays with the option alone.
    [Theory]
    [InlineData("<think>\n#### 5\n</think>\n#### 7")]
    [InlineData("<think>\n\\boxed{5}\n#### 5</think>\n#### 7\n\\boxed{7}")]
    [InlineData("<think>\nThe answer is \\boxed{5}.\n#### 5")]
    [InlineData("The answer is \\boxed{5}.\n#### 5\n</think>\nI do not know.")]
    public void EveryVerifier_RightAnswerInAThoughtOnly_PaysOnlyByTheOption(string response)
    {
        Func<ThoughtText, IRewardSource>[] sources =
        [
            t => Verifiers.Math(new() { Thoughts = t }),
            t => Verifiers.LastNumber(new() { Thoughts = t }),
            t => Verifiers.LastNumber(new() { Thoughts = t, Search = NumberSearch.Flexible }),
            t => Verifiers.Numeric(new() { Thoughts = t }),
            t => Verifiers.Exact(new() { Thoughts = t }),
            t => Verifiers.SetF1(new() { Thoughts = t }),
            t => Verifiers.Regex(new() { Pattern = @"####\s(?<answer>\S+)", Thoughts = t }),
        ];
        foreach (Func<ThoughtText, IRewardSource> source in sources)
        {
            Assert.Equal([0.0], VerifierCase.Score(source(ThoughtText.Exclude), response, "5").Values);
            Assert.Equal([1.0], VerifierCase.Score(source(ThoughtText.Only), response, "5").Values);
        }
    }

    [Theory]
    [InlineData("<think>\\boxed{5}</think> So \\boxed{7}")]
    [InlineData("<think>\\boxed{5}")]
    [InlineData("\\boxed{5}</think>")]
    public void Boxed_BoxInAThought_PaysOnlyByTheOption(string response)
    {
        Assert.Equal([0.0], VerifierCase.Score(Verifiers.Boxed(), response, "5").Values);
        Assert.Equal([1.0], VerifierCase.Score(Verifiers.Boxed(new() { Thoughts = ThoughtText.Only }), response, "5").Values);
    }

    [Fact]
    public void Format_Thoughts_DoNotKeepTheForm()
    {
        IRewardSource boxed = Verifiers.Format(new() { Rule = FormatRule.Boxed }),
            json = Verifiers.Format(new() { Rule = FormatRule.Json }),
            line = Verifiers.Format();
        Assert.Equal([0.0], VerifierCase.Score(boxed, "<think>\\boxed{5}").Values);
        Assert.Equal([1.0], VerifierCase.Score(boxed, "<think>hm</think>\\boxed{5}").Values);
        Assert.Equal([1.0], VerifierCase.Score(json, "<think>hm</think>\n{\"a\": 1}").Values);
        Assert.Equal([1.0], VerifierCase.Score(line, "<think>#### 4</think>\n#### 5").Values);
        Assert.Equal([0.0], VerifierCase.Score(line, "<think>hm\n#### 5").Values);
        Assert.Contains(
            "think_answer",
            Assert
                .Throws<ArgumentException>(() => Verifiers.Format(new() { Rule = FormatRule.ThinkAnswer, Thoughts = ThoughtText.Exclude }))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Patterns_NameTheTagsOfExcludedThoughts()
    {
        IRewardSource regex = Verifiers.Regex(new() { Pattern = @"(?s)</think>\s*(?<answer>.*)" });
        Assert.Equal([1.0], VerifierCase.Score(regex, "<think>7</think> 5", "5").Values);
        IRewardSource format = Verifiers.Format(
            new()
            {
                Rule = FormatRule.Pattern,
                Pattern = "hm",
                Thoughts = ThoughtText.Exclude,
            }
        );
        Assert.Equal([0.0], VerifierCase.Score(format, "<think>hm</think> 5").Values);
        Assert.Equal([1.0], VerifierCase.Score(format, "<think>a</think> hm").Values);
    }

    [Fact]
    public void ArithmeticSteps_Thoughts_AreScoredAsTheOptionSays()
    {
        const string Text = "<think>\n2 + 2 = 4\n</think>\n3 + 3 = 7";
        double?[] Values(ThoughtText part) =>
            [.. VerifierCase.Score(Verifiers.ArithmeticSteps(new() { Thoughts = part }), Text, "7", Text.Split('\n')).Values];
        Assert.Equal([0, 1, 0, 0], Values(ThoughtText.Include));
        Assert.Equal([null, null, null, 0], Nulled(Values(ThoughtText.Exclude), 0, 2));
        Assert.Equal([null, 1, null, null], Nulled(Values(ThoughtText.Only), 0, 2));

        // Lines of tags alone count for nothing here.
        static double?[] Nulled(double?[] values, params int[] tags)
        {
            foreach (int k in tags)
            {
                values[k] = null;
            }

            return values;
        }
    }

    [Fact]
    public void ReasoningPattern_ReadsThePartThatTheOptionNames()
    {
        const string Text = "<think>wait, let me check</think>The answer is 5.";
        double Score(ThoughtText part) =>
            VerifierCase.Score(TextRewards.ReasoningPattern(new() { Thoughts = part }), Text).Values[0]!.Value;
        Assert.True(Score(ThoughtText.Only) > 0);
        Assert.True(Score(ThoughtText.Include) >= Score(ThoughtText.Only));
        Assert.Equal(Score(ThoughtText.Include), VerifierCase.Score(TextRewards.ReasoningPattern(), Text).Values[0]);
        Assert.True(Score(ThoughtText.Exclude) < Score(ThoughtText.Only));
    }

    [Fact]
    public void OfSteps_FindsStepsInTheirOrder()
    {
        string[] steps = ["a", "<think>a", "b", "", "c</think>", "a"];
        Assert.Equal([false, true, true, true, true, false], Thoughts.OfSteps("a\n<think>a\nb\n\nc</think>\na", steps));
        Assert.Equal([false, false], Thoughts.OfSteps("a\nb", ["a", "b"]));
    }
}
