using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Intervals, matrices, decimals, expressions, complex numbers, ratios.</summary>
public class MathEquivalenceFormsTests
{
    public static TheoryData<string, string[], string[]> Intervals =>
        new()
        {
            { "(-\\infty, 2] \\cup [3, \\infty)", ["x\\le2 \\text{ or } x\\ge3"], [] },
            { "(-\\infty,2]\\cup[3,\\infty)", [], ["x<2 or x\\ge 3", "2\\le x\\le 3"] },
            { "(1,2)\\cup(2,3)", [], ["(1,3)"] },
            { "(1,2]\\cup(2,3)", ["(1,3)"], [] },
            { "(1,2)\\cup\\{2\\}\\cup(2,3)", ["(1,3)"], [] },
            { "-2<x<2", ["|x|<2"], ["|x|>2"] },
            { "0 < x < 12.5", ["0 < x < \\frac{25}{2}"], [] },
            { "\\{x \\mid x>2\\}", ["x>2"], [] },
            { "\\{x : x>2\\}", ["(2,\\infty)"], [] },
            { "\\{x|-2\\leq x < 1\\}", [], ["[-2,1]"] },
            { "x \\in (0,12.5)", ["(0, 12.5)", "0<x<12.5"], [] },
            { "x \\ne 3", ["\\mathbb{R}\\setminus\\{3\\}"], ["x=3"] },
            { "x>3", ["3<x"], ["x<3", "y>3", "3"] },
            { "x^2<4", ["x^2<4"], [] },
            { "x\\in[1,2]", ["1\\le x\\le 2"], [] },
            { "[2,3]", [], ["(2,3]"] },
            { "x \\geq -1", ["[-1, \\infty)"], [] },
            { "x \\geqslant -1", ["[-1, \\infty)"], [] },
            { "t > 0", ["(0,\\infty)"], [] },
            { "(2,5]", ["2 < x \\leq 5"], [] },
            { "1<x<3 \\text{ or } x>5", [], ["1<x<3"] },
            { "(-\\infty,\\infty)", ["\\mathbb{R}", "all real numbers"], [] },
        };

    [Theory]
    [MemberData(nameof(Intervals))]
    public void Intervals_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Zeros =>
        new()
        {
            { "025", ["25"], ["250"] },
            { "007", ["7"], [] },
            { "100", [], ["0010", "10"] },
            { "0.5", [], ["0.05"] },
            { "0.50", [".5"], [] },
            { "5.0", ["5"], [] },
        };

    [Theory]
    [MemberData(nameof(Zeros))]
    public void Zeros_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Matrices =>
        new()
        {
            {
                "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
                ["\\left[\\begin{matrix}1&2\\\\3&4\\end{matrix}\\right]"],
                ["\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"]
            },
            { "\\begin{pmatrix}1\\\\2\\end{pmatrix}", ["\\begin{bmatrix}1\\\\2\\\\\\end{bmatrix}"], ["\\begin{pmatrix}1&2\\end{pmatrix}"] },
            {
                "\\frac{1}{5}\\begin{pmatrix}1\\\\2\\end{pmatrix}",
                ["\\begin{pmatrix}0.2\\\\0.4\\end{pmatrix}"],
                ["\\begin{pmatrix}0.2\\\\0.5\\end{pmatrix}"]
            },
            { "\\begin{pmatrix}x&0\\\\0&y\\end{pmatrix}", ["\\begin{bmatrix} x & 0 \\\\ 0 & y \\end{bmatrix}"], [] },
            { "(\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix})", ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"], [] },
            { "\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right)", ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"], [] },
            { "\\left(\\begin{array}{c|c}1&2\\\\3&4\\end{array}\\right)", ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"], [] },
            {
                "\\begin{pmatrix}\\frac{1}{3x^{2/3}}&0&0\\\\0&1&0\\\\-\\sin(x)&0&0\\end{pmatrix}",
                ["\\begin{pmatrix}\\frac{1}{3\\sqrt[3]{x}^2}&0&0\\\\0&1&0\\\\-\\sin(x)&0&0\\end{pmatrix}"],
                []
            },
            { "\\det(A)", ["\\det(A)"], [] },
            { "A^{-1}", ["A^{-1}"], [] },
            { "A^T", ["A^T"], ["A"] },
            { "I_2", ["I_2"], [] },
            { "\\mathbf{v}", ["v"], [] },
        };

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Matrices_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Decimals =>
        new()
        {
            { "2.19e6", ["2190000", "2.19*10^6", "2.19×10^6", "2.19x10^6"], ["2.19e7", "2.2e6"] },
            { "5.6e-9", ["0.0000000056"], [] },
            { "4.5e33", ["45 \\times 10^{32}"], ["4.5\\times10^{34}"] },
            { "10^{-7}", ["1e-7"], [] },
            { "1e-7", [], ["1e7"] },
            { "3\\times 10^8 m/s", ["3\\times10^8\\text{ m/s}", "300000000"], [] },
            { "6.02 \\times 10^{23}", ["602 \\times 10^{21}"], [] },
        };

    [Theory]
    [MemberData(nameof(Decimals))]
    public void Decimals_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Expressions =>
        new()
        {
            { "1/(x+1)", ["(x+1)^{-1}"], [] },
            { "1/x+1", [], ["1/(x+1)"] },
            { "2ab", ["2*b*a"], [] },
            { "649", ["3245/5"], [] },
            { "a/b/c", ["\\frac{a}{bc}"], ["\\frac{ac}{b}"] },
            { "e^x", ["\\exp x"], [] },
            { "ln(x)", ["\\log_e x"], ["log(x)"] },
            { "sqrt(x^2+1)", ["(x^2+1)^{0.5}"], [] },
            { "x^2y", [], ["xy^2"] },
            { "x^2+2x+1", [], ["x^2+2x"] },
            { "(x+1)^2", ["x^2+2x+1"], [] },
            { "xyz", ["zyx"], [] },
            { "xy", [], ["x+y"] },
        };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Expressions_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> ComplexNumbers =>
        new()
        {
            { "1+2i", ["2i+1"], ["1-2i", "1+2j"] },
            { "e^{i\\pi/4}", ["\\frac{\\sqrt2}{2}+\\frac{\\sqrt2}{2}i"], [] },
            { "(1+i)^2", ["2i"], [] },
            { "\\frac{1}{i}", ["-i"], [] },
            { "3-4i", ["3-4\\mathrm{i}"], ["-3+4i"] },
            { "14-i", ["14.0 + -1.0i"], [] },
            { "|3-4i|", ["5"], [] },
        };

    [Theory]
    [MemberData(nameof(ComplexNumbers))]
    public void ComplexNumbers_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Ratios =>
        new()
        {
            { "12:00", ["12:00"], [] },
            { "3:4", ["3\\colon 4", "3 \\text{ : } 4"], [] },
            { "1:2", ["1 : 2"], ["2:1"] },
            { "2:3", [], ["2:4"] },
            { "5:30 p.m.", ["5:30 PM", "5:30\\text{ p.m.}"], ["5:30 a.m.", "5:03 p.m."] },
            { "5:30", [], ["530"] },
            { "3 a.m.", ["3 am"], ["3 p.m."] },
            { "8:00", ["08:00"], [] },
            { "1, 2, \\ldots, n", [], ["1,2,n", "1, 2, \\ldots, 2n"] },
            { "1,3,5,\\ldots", ["1, 3, 5, ..."], ["1,3,5", "2,4,6,\\ldots"] },
            { "0.333\\ldots", ["0.333\\ldots"], [] },
            { "0.333", [], ["0.333\\ldots"] },
            { "1:1:2", [], ["1:2:1"] },
        };

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Ratios_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
