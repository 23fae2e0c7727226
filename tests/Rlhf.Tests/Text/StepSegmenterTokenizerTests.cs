using Rlhf.Generation;
using Rlhf.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.Text;

/// <summary>Steps of random texts and random tokens, with the tokenizers of real models.</summary>
public class StepSegmenterTokenizerTests
{
    private static readonly string[] Pieces =
    [
        "\n",
        "\n",
        "\n\n",
        "\n\n\n",
        "\r\n",
        " \n \n",
        " ",
        "\t",
        "Step 1",
        "\nStep 2:",
        "\n**step 3** ",
        "a",
        "so",
        "so",
        "x = 3",
        " therefore",
        "12",
        "…",
        "é",
        "ü",
        "数",
        "😀",
        "👩‍👩‍👧",
        "(",
        ").\n",
        ";\n\n",
        "\n    ",
        "\n#### 9",
        "=\n=",
    ];

    private static readonly StepOptions[] Options =
    [
        new(),
        new() { MergeBlank = true },
        new() { Delimiter = "\n\n" },
        new() { Delimiter = ".\n" },
        new() { Delimiter = "so", MergeBlank = true },
        new() { Boundary = StepBoundary.Paragraph },
        new() { Boundary = StepBoundary.Paragraph, MergeBlank = true },
        new() { Boundary = StepBoundary.NumberedStep },
        new() { Boundary = StepBoundary.NumberedStep, MergeBlank = true },
        new() { Boundary = StepBoundary.Token },
    ];

    [Theory]
    [InlineData("models/SmolLM2-135M-Instruct")]
    [InlineData("reference/tokenizers/qwen3")]
    public void AStep_EndsAtTheFirstTokenWhoseTextReachesItsEnd(string folder)
    {
        BpeTokenizer tokenizer = BpeTokenizer.Load(SharedData.Require(folder));
        int end = tokenizer.FindToken("<|im_end|>")!.Value;
        Random random = new(1);
        int merged = 0;
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(0, 14)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            int[] ids = tokenizer.Encode(text);
            bool truncated = random.Next(2) == 0;
            int[] all = truncated ? ids : [.. ids, end];
            string[] prefixes =
            [
                .. Enumerable.Range(1, all.Length).Select(n => tokenizer.Decode(all.AsSpan(0, n), skipSpecialTokens: true)),
            ];
            foreach (StepOptions options in Options)
            {
                Rollout rollout = Create(tokenizer, all, truncated, options);
                Assert.Equal(text, rollout.Text);
                Check(rollout, all.Length);
                if (text.Length == 0)
                {
                    Assert.Equal(0, rollout.Steps.Count);
                }
                else if (options.Boundary != StepBoundary.Token)
                {
                    merged += Compare(rollout, prefixes, options);
                }
                else
                {
                    Assert.Equal(all.Length, rollout.Steps.Count);
                }
            }
        }

        Assert.True(merged > 500, $"only {merged} spans merged");
    }

    [Theory]
    [InlineData("models/SmolLM2-135M-Instruct")]
    [InlineData("reference/tokenizers/qwen3")]
    public void TokensThatNoTextEncodes_BelongToOneStepEach(string folder)
    {
        BpeTokenizer tokenizer = BpeTokenizer.Load(SharedData.Require(folder));
        int[] breaks = [.. new[] { "\n", "\n\n", " \n" }.SelectMany(t => tokenizer.Encode(t))];
        Random random = new(2);
        for (int i = 0; i < 2000; i++)
        {
            // Single bytes are most of the first ids: beginnings and ends of characters without the rest.
            int[] all =
            [
                .. Enumerable
                    .Range(0, random.Next(0, 30))
                    .Select(_ =>
                        random.Next(4) switch
                        {
                            0 => breaks[random.Next(breaks.Length)],
                            1 => random.Next(tokenizer.VocabularySize),
                            _ => random.Next(300),
                        }
                    ),
            ];
            foreach (StepOptions options in Options)
            {
                Check(Create(tokenizer, all, random.Next(2) == 0, options), all.Length);
            }
        }
    }

    private static Rollout Create(BpeTokenizer tokenizer, int[] all, bool truncated, StepOptions options) =>
        Rollout.Create(
            new(new Problem { Id = "1", Question = "?" }, [1]),
            new(0, 0, all, new float[all.Length], truncated ? FinishReason.Length : FinishReason.StopToken, null),
            tokenizer,
            options
        );

    private static void Check(Rollout rollout, int tokens)
    {
        ResponseSteps steps = rollout.Steps;
        Assert.Equal(rollout.Text.Length == 0, steps.Count == 0);
        Assert.Equal((steps.Count, steps.Count), (steps.Texts.Count, steps.Complete.Count));
        Assert.Equal(steps.Ends.Distinct().Order(), steps.Ends);
        Assert.All(steps.Ends, e => Assert.InRange(e, 0, tokens - 1));
        Assert.True(steps.Count == 0 || steps.Ends[^1] == tokens - 1);
        Assert.All(steps.Complete.SkipLast(1), Assert.True);
    }

    private static int Compare(Rollout rollout, string[] prefixes, StepOptions options)
    {
        IReadOnlyList<StepSpan> spans = StepSegmenter.Split(rollout.Text, options);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(rollout.Text);
        int[] ends =
        [
            .. spans.Select(s =>
                Array.FindIndex(prefixes, p => p.StartsWith(System.Text.Encoding.UTF8.GetString(bytes[..s.End]), StringComparison.Ordinal))
            ),
        ];
        int[] distinct = [.. ends.Distinct()];
        distinct[^1] = prefixes.Length - 1;
        Assert.Equal(distinct, rollout.Steps.Ends);
        Assert.Equal(!rollout.Response.Truncated || spans[^1].Closed, rollout.Steps.Complete[^1]);
        Assert.All(rollout.Steps.Texts, t => Assert.Contains(t, rollout.Text, StringComparison.Ordinal));
        if (options is { Boundary: StepBoundary.Delimiter, MergeBlank: false })
        {
            Assert.Equal(rollout.Text, string.Join(options.Delimiter, rollout.Steps.Texts) + (spans[^1].Closed ? options.Delimiter : ""));
        }

        return ends.Length - distinct.Length;
    }
}
