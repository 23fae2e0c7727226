using Rlhf.Text;
using Rlhf.Verification;
using Rlhf.Verification.Patterns;

namespace Rlhf.Tests.Verification;

/// <summary>The deepest texts of every form, on a small stack: no verifier's recursion has a depth that a response chooses.</summary>
public class VerifierDepthTests
{
    private const int StackSize = 256 * 1024;
    private const int Length = 200_000;
    private const int ReadLength = 11_000;

    private static readonly Func<ThoughtText, IRewardSource>[] Sources =
    [
        t => Verifiers.LastNumber(new() { Thoughts = t }),
        t => Verifiers.LastNumber(new() { Thoughts = t, Search = NumberSearch.Flexible }),
        t => Verifiers.Boxed(new() { Thoughts = t }),
        t => Verifiers.Math(new() { Thoughts = t }),
        t => Verifiers.Exact(new() { Thoughts = t }),
        t => Verifiers.Exact(new() { Thoughts = t, Compare = ComparedText.Response }),
        t => Verifiers.Numeric(new() { Thoughts = t }),
        t => Verifiers.SetF1(new() { Thoughts = t }),
        t => Verifiers.Regex(new() { Thoughts = t, Pattern = "(a|b|(?<answer>.))*" }),
        t => Verifiers.ArithmeticSteps(new() { Thoughts = t }),
        t => Verifiers.Format(new() { Thoughts = t }),
        t => Verifiers.Format(new() { Thoughts = t, Rule = FormatRule.Boxed }),
        t => Verifiers.Format(new() { Thoughts = t, Rule = FormatRule.Json }),
        t =>
            Verifiers.Format(
                new()
                {
                    Thoughts = t,
                    Rule = FormatRule.Pattern,
                    Pattern = "((a*)*)*$",
                }
            ),
        _ => Verifiers.Format(new() { Rule = FormatRule.ThinkAnswer }),
        t => TextRewards.ReasoningPattern(new() { Thoughts = t }),
        _ => TextRewards.Repetition(),
        _ => TextRewards.Length(new() { Unit = LengthUnit.Words }),
    ];

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "1", "]")]
    [InlineData("{", "1", "}")]
    [InlineData("{\"a\":", "1", "}")]
    [InlineData("\\{", "1", "\\}")]
    [InlineData("\\frac{", "1", "}{2}")]
    [InlineData("\\boxed{", "1", "}")]
    [InlineData("\\sqrt{", "1", "}")]
    [InlineData("<think>", "1", "</think>")]
    [InlineData("<answer>", "1", "</answer>")]
    [InlineData("$", "1", "$")]
    [InlineData("**", "1", "**")]
    [InlineData("(1+", "1", ")")]
    [InlineData("1+", "1", "=2")]
    [InlineData("2^", "1", "")]
    [InlineData("-", "1", "")]
    [InlineData("1/", "1", "")]
    [InlineData("x=", "1", "")]
    [InlineData("5 or ", "1", "")]
    [InlineData("not not, but ", "1", "")]
    [InlineData("answer is ", "1", "")]
    [InlineData("not A, but ", "1", "")]
    [InlineData("wait, ", "1", "")]
    [InlineData("```\n", "1", "\n```")]
    public void EveryVerifier_DeepestTexts_EndOnASmallStack(string open, string inside, string close)
    {
        int times = Length / (open.Length + close.Length);
        string nested = string.Concat(Enumerable.Repeat(open, times)) + inside + string.Concat(Enumerable.Repeat(close, times)),
            unclosed = string.Concat(Enumerable.Repeat(open, times)) + inside;
        Exception? error = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    foreach (Func<ThoughtText, IRewardSource> source in Sources)
                    {
                        foreach (
                            string text in (string[])
                                [
                                    nested,
                                    unclosed,
                                    "the answer is " + nested,
                                    Within("\\boxed{", open, inside, close, "}"),
                                    Within("", open, inside, close, ""),
                                ]
                        )
                        {
                            _ = VerifierCase.Score(source(ThoughtText.Exclude), text, "2");
                            _ = VerifierCase.Score(source(ThoughtText.Include), text, nested);
                        }
                    }
                }
                catch (Exception e)
                {
                    error = e;
                }
            },
            StackSize
        );
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }

    // As deep as what the checker of equivalence still reads.
    private static string Within(string before, string open, string inside, string close, string after)
    {
        int times = ReadLength / (open.Length + close.Length);
        return before + string.Concat(Enumerable.Repeat(open, times)) + inside + string.Concat(Enumerable.Repeat(close, times)) + after;
    }
}
