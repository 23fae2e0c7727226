using Rlhf.Text;
using Rlhf.Verification;
using Rlhf.Verification.Equivalence;
using Rlhf.Verification.Patterns;

namespace Rlhf.Fuzz.Targets;

/// <summary>Everything that judges a response's text on this machine: whatever a model writes, there is a verdict.</summary>
internal static class VerifierTargets
{
    private static readonly string[] Responses =
    [
        "Tom has 3 apples.\n3 + 4 = 7\n\n7 * 2 = 14\n#### 14",
        "<think>Perhaps \\boxed{5}? No.</think>\nSo $x = \\frac{1}{2}$ and the answer is $\\boxed{\\frac{1}{2}}$.",
        "**Final Answer**\n\n$$\\begin{pmatrix} 1 & 2 \\\\ 3 & \\sqrt{4} \\end{pmatrix}$$",
        "The answer is (x+1)^2 - 3x because \\sin^2 x + \\cos^2 x = 1.",
        "1. First, 1,234.5 - 0.5 = 1,234\n2. Then 2:30 or 50\\%\nAnswer: 3/4 of 12 km, i.e. 9.",
        "{\"answer\": [1, 2, {\"b\": null}]}",
        "<answer>A, C and D</answer>",
        "```python\nprint(1)\n```\nOutput:\n```\n1\n```",
        "Wait, let me check again. However, alternatively we verify: therefore x \\in (-\\infty, 3] \\cup \\{5\\}",
        "x = 5, y = 7; a_n = 2n + 1, \\log_2 8, 10! / 8!, 1011_2, 0.\\overline{3}, 3 \\pm \\sqrt{2}, \\{1, 2\\}, x^2 + y^2 \\le 4",
    ];

    private static readonly string[] Answers =
    [
        "\\frac{1}{2}",
        "14",
        "x^2+2x+1",
        "(1,2)",
        "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
        "(-\\infty, 3] \\cup \\{5\\}",
        "3 \\pm \\sqrt{2}",
        "\\text{(A)}",
        "1011_2",
        "x \\ge 3",
        "5\\text{ cm}^2",
        "\\sin x + \\ln(x-2)",
    ];

    private static readonly IRewardSource[] Sources =
    [
        Verifiers.Math(),
        Verifiers.Boxed(),
        Verifiers.LastNumber(),
        Verifiers.Numeric(),
        Verifiers.Exact(),
        Verifiers.SetF1(),
        Verifiers.Format(),
        Verifiers.ArithmeticSteps(),
        Verifiers.Regex(new() { Pattern = @"####\s*(?<answer>.+)" }),
        TextRewards.ReasoningPattern(),
        TextRewards.Repetition(),
        TextRewards.Length(),
    ];

    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new("responses", 8, () => new TextTarget(Responses, Judge)),
        new("answers", 10, () => new TextTarget(Answers, Compare)),
        new("golds", 4, () => new TextTarget(Answers, t => MathEquivalence.AreEquivalent(t, " " + t + " "))),
        new("steps", 1, () => new TextTarget(Responses, t => StepSegmenter.Split(t, new StepOptions()))),
    ];

    private static void Compare(string text)
    {
        string answer = Answers[text.Length % Answers.Length];
        MathEquivalence.AreEquivalent(answer, text);
        MathEquivalence.AreEquivalent(text, answer);
    }

    private static void Judge(string text)
    {
        string[] steps = text.Split('\n');
        Completion completion = new(
            new()
            {
                Id = "1",
                Question = "What?",
                Answer = Answers[text.Length % Answers.Length],
            },
            text,
            steps,
            truncated: text.Length % 2 == 1
        )
        {
            TokenIds = [.. text.Take(64).Select(c => (int)c)],
        };
        foreach (IRewardSource source in Sources)
        {
            source.ScoreAsync(completion, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}
