using Rlhf.Verification;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>The deepest texts of every form, on a small stack.</summary>
public class MathEquivalenceDepthTests
{
    private const int StackSize = 256 * 1024;
    private const int LongestText = 12_000;

    // What opens, what stands inside, what closes.
    public static TheoryData<string, string, string> Forms =>
        new()
        {
            { "1+", "1", "" },
            { "1\\cdot ", "1", "" },
            { "1/", "x", "" },
            { "-", "1", "" },
            { "2^", "2", "" },
            { "2^{", "2", "}" },
            { "e^{-", "x", "}" },
            { "(", "1", ")" },
            { "[1,", "1", "]" },
            { "{", "1", "}" },
            { "|", "x", "|" },
            { "\\{", "1", "\\}" },
            { "\\langle 1,", "1", "\\rangle" },
            { "\\left(", "1", "\\right)" },
            { "\\frac{1}{", "1", "}" },
            { "\\frac{", "1", "}{1}" },
            { "\\frac1", "1", "" },
            { "{1 \\over ", "1", "}" },
            { "\\sqrt{", "1", "}" },
            { "\\sqrt", "1", "" },
            { "\\sqrt[", "2", "]{2}" },
            { "\\binom{", "1", "}{1}" },
            { "\\gcd(2,", "1", ")" },
            { "\\max\\{2,", "1", "\\}" },
            { "\\log_{", "2", "}2" },
            { "\\sin ", "x", "" },
            { "sin(", "x", ")" },
            { "\\lfloor ", "x", "\\rfloor" },
            { "\\begin{pmatrix}", "1", "\\end{pmatrix}" },
            { "\\begin{pmatrix}1\\\\", "1", "\\end{pmatrix}" },
            { "\\text{", "a", "}" },
            { "\\text{\\", "a", "}" },
            { "\\mathrm{H_", "2", "}" },
            { "\\boxed{", "1", "}" },
            { "\\underline{", "1", "}" },
            { "\\vec{", "v", "}" },
            { "\\vec", "v", "" },
            { "\\hat{\\vec{", "a", "}}" },
            { "f(", "x", ")" },
            { "P(", "A", ")" },
            { "\\int ", "x dx", "" },
            { "\\int_0^1 ", "x", " dx" },
            { "\\sum_{k=1}^{", "2", "}k" },
            { "\\sum_{k=1}^n ", "k", "" },
            { "\\lim_{x\\to 0}", "x", "" },
            { "\\lim_{x\\to ", "0", "}x" },
            { "\\frac{d}{dx}", "f", "" },
            { "\\neg ", "p", "" },
            { "\\neg(", "p \\land q", ")" },
            { "(", "A\\cap B", ")\\cap C" },
            { "\\overline{", "A\\cup B", "}" },
            { "(1,2)\\cup", "(1,2)", "" },
            { "p\\Rightarrow ", "q", "" },
            { "(p\\Rightarrow ", "q", ")" },
            { "", "5", "!" },
            { "", "f", "'" },
            { "a_{", "1", "}" },
            { "1:", "1", "" },
            { "", "f(x)=2x", " for all x" },
            { "\\forall x, ", "x", "" },
            { "n\\equiv ", "1", " \\pmod 4" },
            { "", "1", "\\pmod{2" },
            { "1\\bmod ", "1", "" },
            { "1,", "1", "" },
            { "x<", "x", "" },
            { "x=", "x", "" },
            { "x\\in ", "x", "" },
            { "x\\subset ", "y", "" },
            { "\\{x|", "x>3", "\\}" },
            { "", "5", "\\frac{\\text{m}}{\\text{s}}" },
            { "", "5 m", "/s" },
            { "1+2+\\cdots+", "n", "" },
            { "\\pm", "1", "" },
            { "the answer is ", "5", "" },
        };

    private static readonly IRewardSource[] Sources =
    [
        Verifiers.Math(),
        Verifiers.LastNumber(),
        Verifiers.Boxed(),
        Verifiers.Exact(),
        Verifiers.Numeric(),
        Verifiers.SetF1(),
        Verifiers.ArithmeticSteps(),
        Verifiers.Format(new() { Rule = FormatRule.Json }),
        Verifiers.Format(new() { Rule = FormatRule.Boxed }),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void DeepestTexts_AreJudgedOnASmallStack(string opens, string inside, string closes)
    {
        Exception? thrown = null;
        Thread thread = new(
            () =>
            {
                foreach (int times in (int[])[30, 64, 400, LongestText / (opens.Length + closes.Length)])
                {
                    string text = string.Concat(Enumerable.Repeat(opens, times)) + inside + string.Concat(Enumerable.Repeat(closes, times));
                    text = text[..Math.Min(text.Length, LongestText)];
                    try
                    {
                        _ = MathEquivalence.AreEquivalent("5", text);
                        _ = MathEquivalence.AreEquivalent(text, "x+1");
                        _ = MathEquivalence.IsReadable(text);
                        foreach (IRewardSource source in Sources)
                        {
                            _ = VerifierCase.Score(source, $"\\boxed{{{text}}} #### {text}", "5", [text]);
                        }
                    }
                    catch (Exception e)
                    {
                        thrown = e;
                    }
                }
            },
            StackSize
        );
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }
}
