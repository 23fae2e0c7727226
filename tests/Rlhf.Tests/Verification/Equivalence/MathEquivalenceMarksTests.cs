using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Letters with marks, functions by name, ratios and times of day.</summary>
public class MathEquivalenceMarksTests
{
    public static TheoryData<string, string[], string[]> Marks =>
        new()
        {
            { "\\vec{v}=(1,2)", ["(1,2)"], ["\\vec{u}=(1,2)", "(2,1)"] },
            { "\\vec{a}+\\vec{b}", ["\\vec b+\\vec a"], ["\\vec a-\\vec b"] },
            { "\\vec{a}", [], ["a"] },
            { "\\hat{i}+2\\hat{j}", ["2\\hat{j}+\\hat{i}"], ["\\hat{j}+2\\hat{i}", "i+2j"] },
            { "\\overrightarrow{AB}", ["\\overrightarrow{AB}"], ["\\overrightarrow{BA}"] },
            {
                "\\overrightarrow{AB}+\\overrightarrow{BC}",
                ["\\overrightarrow{BC}+\\overrightarrow{AB}"],
                ["\\overrightarrow{AB}+\\overrightarrow{CB}"]
            },
            { "\\overline{z}+1", ["1+\\bar{z}"], [] },
            { "\\overline{z}", [], ["z"] },
            { "Fe^{3+}", ["\\mathrm{Fe}^{3+}"], ["Fe^{2+}"] },
            { "SO_4^{2-}", ["\\mathrm{SO_4^{2-}}"], [] },
            { "f(x)=2x", ["f(x)=2x for all real x"], [] },
            { "f(x) = 0", [], ["\\forall x>0, f(x) = 0"] },
            { "\\operatorname{sgn}(x)", ["\\text{sgn}(x)"], ["\\operatorname{sgn}(-x)", "\\operatorname{sgn}(y)"] },
            { "\\operatorname{Var}(X)+1", ["1+\\text{Var}(X)"], [] },
            { "30^\\circ 15'", ["30.25^\\circ", "30^{\\circ}15^{\\prime}"], ["30^\\circ 15"] },
            { "12:00", [], ["1:00", "12:01", "12"] },
            { "1:\\sqrt2", ["1:2^{1/2}"], [] },
            { "3:4", [], ["4:3", "34"] },
            { "7:30 a.m.", ["7:30 \\text{ A.M.}"], ["7:30 p.m.", "7:31 a.m.", "7:30"] },
            { "7:30 am", ["7:30AM"], [] },
            { "a:b:c=1:2:3", ["1:2:3"], [] },
            { "\\underline{5}", ["5"], [] },
            { "5", ["\\underline{5}"], ["\\underline{6}", "\\approx 5", "x \\approx 5"] },
            { "2f(x)", [], ["f(2x)"] },
            { "f(x)+f(y)", ["f(y)+f(x)"], [] },
            { "f(x+y)", [], ["f(x)+f(y)"] },
            { "\\frac12 h(a+b)", ["\\frac{(a+b)h}{2}"], [] },
            { "P(1+r)^t", ["P(r+1)^t"], [] },
            { "f(g(x))", ["f(g(x))"], ["g(f(x))"] },
            { "T(n)=2T(n/2)+n", ["T(n) = 2 T(\\frac{n}{2}) + n"], [] },
            { "x_{n+1}=2x_n", ["x_{n+1} = 2 x_n"], ["x_n = 2x_{n+1}"] },
            { "O(n\\log n)", ["O(n \\log n)"], ["O(n)"] },
            { "\\Theta(n)", [], ["O(n)"] },
            { "\\Theta(\\log\\log n)", ["\\Theta(\\log \\log n)"], [] },
            { "4", [], ["4\\sqrt(2)"] },
            { "x \\approx 5", ["x \\approx 5"], [] },
        };

    [Theory]
    [MemberData(nameof(Marks))]
    public void Marks_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    [Theory]
    [InlineData("\\ln(x-20000)")]
    [InlineData("10^{-10}")]
    public void Marks_Reference_IsReadable(string reference) => Assert.True(MathEquivalence.IsReadable(reference));

    [Theory]
    [InlineData("\\frac{3}")]
    [InlineData("5+")]
    public void Marks_Reference_IsNotReadable(string reference) => Assert.False(MathEquivalence.IsReadable(reference));

    public static TheoryData<string, string[], string[]> Signs =>
        new()
        {
            { "MR = MC = P", ["P=MC=MR"], ["MR = AC = P"] },
            { "x=y=z", [], ["x=y=w"] },
            { "x \\not= 3", ["x \\ne 3"], [] },
            { "a \\not\\equiv b \\pmod 3", ["a \\not\\equiv b \\pmod{3}"], [] },
            { "x \\notin A", [], ["x\\in A"] },
            { "x \\not\\in A", ["x \\notin A"], [] },
            { "\\ce{H2O}", ["H_2O"], ["\\ce{H2O2}"] },
            { "'yes'", ["yes"], ["no"] },
            { "\"yes\"", ["yes"], [] },
            { "5", [], ["'5'; DROP"] },
            { "\\frac{n!}{(n-k)!}", ["n!/(n-k)!"], ["\\frac{n!}{k!}", "\\frac{n!}{(n-k+1)!}"] },
            { "\\frac{n!}{(n-20)!}", ["n!/(n-20)!"], [] },
            { "\\binom{n}{k}", ["\\frac{n!}{k!(n-k)!}"], ["\\frac{n!}{(n-k)!}"] },
            { "\\sqrt[n]{x}", ["x^{1/n}"], ["x^n"] },
            { "A^\\top", [], ["A"] },
        };

    [Theory]
    [MemberData(nameof(Signs))]
    public void Signs_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
