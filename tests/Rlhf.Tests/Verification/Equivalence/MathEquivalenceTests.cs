using System.Diagnostics;
using CsCheck;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

public class MathEquivalenceTests
{
    private static readonly string[] Pieces =
    [
        "\\frac",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\\{",
        "\\}",
        "\\sqrt",
        "1",
        "2",
        "37",
        "0.5",
        ",",
        "x",
        "y",
        "+",
        "-",
        "*",
        "/",
        "^",
        "_",
        "=",
        "<",
        ">",
        "\\le ",
        "\\pi ",
        "\\text{",
        "and",
        "or",
        " ",
        "!",
        "|",
        "\\begin{pmatrix}",
        "\\end{pmatrix}",
        "&",
        "\\\\",
        "\\pm ",
        "\\cup ",
        "\\infty ",
        "\\sin ",
        "\\log_",
        "%",
        "\\%",
        "$",
        "\\$",
        "\\boxed{",
        "\\left",
        "\\right",
        "e",
        "i",
        "\\overline",
        "\\binom",
        "^\\circ",
        "π",
        "½",
        "²",
        "cm",
    ];

    [Theory]
    [InlineData("12", "12.")]
    [InlineData("\\frac{3}{4}", "0.75")]
    [InlineData("\\frac{3}{4}", "75\\%")]
    [InlineData("1{,}234", "1,234")]
    [InlineData("\\frac{1}{3}", "0.333333")]
    [InlineData("\\sqrt{8}", "2\\sqrt{2}")]
    [InlineData("\\sqrt{8}", "2.828427")]
    [InlineData("x^2-1", "(x-1)(x+1)")]
    [InlineData("(1, 2)", "x = 1, y = 2")]
    [InlineData("(0, \\infty)", "x > 0")]
    [InlineData("[1,2]\\cup[2,3]", "[1,3]")]
    [InlineData("1, 2, 3", "3, 1 and 2")]
    [InlineData("15\\text{ cm}^2", "15 square centimeters")]
    [InlineData("\\text{Monday}", "monday")]
    [InlineData("\\text{(C)}", "C")]
    [InlineData("5", "the answer is $\\boxed{5}$")]
    [InlineData("\\frac{\\pi}{4}", "\\arctan 1")]
    [InlineData("\\log_2 8", "3")]
    [InlineData("n!", "n(n-1)!")]
    [InlineData("y=2x+1", "4x-2y+2=0")]
    [InlineData("\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "\\begin{bmatrix} 1&2\\\\3&4 \\end{bmatrix}")]
    [InlineData("3\\pm\\sqrt2", "3-\\sqrt{2}, 3+\\sqrt{2}")]
    [InlineData("100,200,300,", "100,200,300")]
    [InlineData("\\frac{1}{2}", "{1 \\over 2}")]
    [InlineData("-5", "negative 5")]
    [InlineData("-\\infty", "minus infinity")]
    [InlineData("37000", "37 thousand")]
    [InlineData("\\frac{3}{4}", "3 fourths")]
    [InlineData("£7", "\\pounds 7")]
    [InlineData("18", "USD 18")]
    [InlineData("x\\ne 3", "x≠3")]
    [InlineData("x\\neq 3", "(-\\infty,3)\\cup(3,\\infty)")]
    [InlineData("x >= 2", "x\\ge 2")]
    [InlineData("\\emptyset", "the empty set")]
    [InlineData("\\mathbb{R}", "all real numbers")]
    [InlineData("(1,2)\\cup(3,4)", "(1,2)U(3,4)")]
    [InlineData("3,5", "x_1=3, x_2=5")]
    [InlineData("15000", "1.5 x 10^4")]
    [InlineData("5", "=5")]
    [InlineData("3", "∛27")]
    [InlineData("\\frac13", "0.\\dot{3}")]
    [InlineData("\\ln x^3", "3\\ln x")]
    [InlineData("\\begin{pmatrix} 2 \\\\ 4 \\end{pmatrix}", "2\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}")]
    public void Equivalent_IsAccepted(string reference, string answer) => Assert.True(MathEquivalence.AreEquivalent(reference, answer));

    [Theory]
    [InlineData("\\pi", "\\frac{355}{113}")]
    [InlineData("0.333", "\\frac13")]
    [InlineData("\\frac13", "0.333")]
    [InlineData("5", "not 5")]
    [InlineData("5", "5 or 6")]
    [InlineData("5", "5; import os")]
    [InlineData("5", "\\cancel{5}")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("262537412640768744", "e^{\\pi\\sqrt{163}}")]
    [InlineData("(1,2)", "(2,1)")]
    [InlineData("(1,2)", "[1,2]")]
    [InlineData("x", "\\sqrt{x^2}")]
    [InlineData("1", "\\frac{\\infty}{\\infty}")]
    [InlineData("5\\text{ cm}", "5\\text{ m}")]
    [InlineData("3", "\\frac{3}{")]
    [InlineData("37", "37 thousand")]
    [InlineData("5", "5 tenths")]
    [InlineData("5", "5 factorial")]
    [InlineData("5", "5 negative")]
    [InlineData("5", "\\ne 5")]
    [InlineData("5", "x\\ne 5")]
    [InlineData("3", "\\text{empty set}")]
    [InlineData("2\\ln x", "\\ln x^2")]
    [InlineData("3,5", "x_1=3, x_2=6")]
    [InlineData("", "")]
    [InlineData("5", "")]
    public void NotEquivalent_IsRejected(string reference, string answer) => Assert.False(MathEquivalence.AreEquivalent(reference, answer));

    // One comparison has one allowance, however many parts draw on it.
    [Theory]
    [InlineData("\\ln ", 100, "3")]
    [InlineData("\\sqrt{150}+", 700, "1")]
    [InlineData("\\frac12", 800, "")]
    [InlineData("900!+", 2000, "1")]
    [InlineData("$", 5001, "")]
    [InlineData("\\ln(x+2)+", 900, "1")]
    public void ManyParts_AreJudgedWithinTheLimit(string part, int times, string end)
    {
        string answer = string.Concat(Enumerable.Repeat(part, times)) + end;
        _ = MathEquivalence.AreEquivalent("x", answer);
        TimeSpan best = Enumerable
            .Range(0, 5)
            .Min(_ =>
            {
                long start = Stopwatch.GetTimestamp();
                Assert.False(MathEquivalence.AreEquivalent("5", answer));
                return Stopwatch.GetElapsedTime(start);
            });
        Assert.True(best < TimeSpan.FromMilliseconds(250), $"{best.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public void AnyText_IsJudged_WithoutExceptionAndInBoundedTime()
    {
        MathEquivalence.AreEquivalent("\\sin 1", "\\ln 2");
        Gen.Select(
                Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 30],
                Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 30]
            )
            .Sample(
                (gold, answer) =>
                {
                    long start = Stopwatch.GetTimestamp();
                    _ = MathEquivalence.AreEquivalent(string.Concat(gold), string.Concat(answer));
                    return Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1);
                },
                iter: 20_000,
                threads: 1
            );
    }

    [Fact]
    public void WholeNumbersAndFractions_AreEqualExactlyWhereTheirValuesAre()
    {
        Gen.Select(Gen.Int[-50, 50], Gen.Int[1, 50], Gen.Int[-50, 50], Gen.Int[1, 50])
            .Sample(
                (a, b, c, d) => MathEquivalence.AreEquivalent($"\\frac{{{a}}}{{{b}}}", $"{c}/{d}") == ((long)a * d == (long)c * b),
                iter: 2000,
                threads: 1
            );
    }

    [Fact]
    public void Polynomials_AreEqualWhereTheirCoefficientsAre()
    {
        Gen.Select(Gen.Int[-3, 3].Array[1, 4], Gen.Int[-3, 3].Array[1, 4])
            .Sample(
                (p, q) =>
                    MathEquivalence.AreEquivalent(Written(p), Written([.. q.Reverse()], descending: true))
                    == Trimmed(p).SequenceEqual(Trimmed([.. q])),
                iter: 1000,
                threads: 1
            );

        static string Written(int[] coefficients, bool descending = false) =>
            string.Join(" + ", coefficients.Select((c, i) => $"({c})x^{{{(descending ? coefficients.Length - 1 - i : i)}}}"));

        static IEnumerable<int> Trimmed(int[] coefficients) => coefficients.Reverse().SkipWhile(c => c == 0).Reverse();
    }
}
