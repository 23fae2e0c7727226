using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Lists, bases, quantities by name, chains, constants and functions.</summary>
public class MathEquivalenceKindsTests
{
    public static TheoryData<string, string[], string[]> Lists =>
        new()
        {
            { "(x,y)=(1,2)", ["y=2,x=1", "(1,2)"], ["x=2,y=1"] },
            { "-3", [], ["\\pm 3"] },
            { "\\pm 3", ["-3, 3", "3 \\text{ or } -3"], ["-3", "3"] },
            { "x=\\pm 3", ["x=3 \\text{ or } x=-3"], [] },
            { "19, 46, \\text{ and } 82", ["82, 46, 19"], ["21, 36, and 82"] },
            { "D = (0, 1)", ["(0,1)"], ["E = (0,1)"] },
            { "a=3,b=4,c=5", ["(3,4,5)", "a=3, c=5, b=4"], ["(3,5,4)", "a=3,b=4"] },
            { "n=2, 3, 4", ["n=4, 2, 3"], ["n=2,3", "m=2,3,4"] },
            { "x=1, x=2", ["x=2 or x=1"], ["y=1,y=2"] },
            { "x=1, y=2", [], ["x=1"] },
            { "x=1,y=2", [], ["x=1,z=2"] },
            { "1,2,3", ["3, 2, 1"], ["1,2", "1,2,3,4"] },
            { "1,1,2", [], ["1,2,2"] },
            { "\\{1,2\\}", ["\\{2,1\\}"], [] },
            { "\\{1,1,2\\}", ["\\{1,2\\}"], [] },
            { "(1,2,3)", [], ["(3,2,1)"] },
            { "(1,2)", [], ["[1,2]"] },
            { "(-1,3)", ["(-1; 3)"], [] },
            { "(1,2),(3,4)", ["(3,4),(1,2)"], ["(2,1),(3,4)"] },
        };

    [Theory]
    [MemberData(nameof(Lists))]
    public void Lists_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Bases =>
        new()
        {
            { "1011_2", ["1011_{two}", "1011 base 2"], ["1011_3", "1010_2"] },
            { "2A3_{16}", ["2A3_{16}"], ["2A4_{16}"] },
            { "52_8", ["52"], [] },
            { "\\text{ABC}_{16}", ["ABC_{16}"], [] },
        };

    [Theory]
    [MemberData(nameof(Bases))]
    public void Bases_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Quantities =>
        new()
        {
            { "MR=SRMC", ["SRMC=MR"], ["MR=LRMC", "AR=SRMC"] },
            { "MV=PY", ["PY = MV"], ["MV=PQ"] },
            { "P=MC", ["MC = P"], ["P=AC", "MR=MC"] },
            { "TR-TC", ["TR - TC"], ["TC-TR"] },
            { "\\text{profit}=\\text{revenue}-\\text{cost}", ["profit = revenue - cost"], ["profit = cost - revenue"] },
            { "GDP=C+I+G+NX", ["GDP = C + I + G + NX"], ["GNP = C + I + G + NX", "GDP = C + I + G"] },
            { "\\text{Price}=\\text{Marginal Cost}", ["Price = Marginal Cost"], ["Price = Average Cost"] },
            { "speed = distance/time", ["speed = \\frac{distance}{time}"], ["speed = time/distance"] },
            { "F=ma", ["F = am"], ["F=mv"] },
            { "PV=nRT", ["nRT=PV"], ["PV=nRV"] },
            { "E=mc^2", ["E = m c^2"], ["E=mc^3"] },
            { "MC=MR", ["MR=MC"], [] },
            { "MRS=\\frac{P_x}{P_y}", ["MRS = P_x/P_y"], ["MRS = P_y/P_x"] },
        };

    [Theory]
    [MemberData(nameof(Quantities))]
    public void Quantities_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Chains =>
        new()
        {
            { "150", ["Total = 150", "Total = 100 + 50 = 150"], ["Total = 100 + 60 = 150"] },
            { "2", ["x = 1+1 = 2"], ["x = 1+2 = 2"] },
            { "28", ["4 \\times 7 = 28"], ["4 \\times 6 = 28", "30=28"] },
            { "5", ["10/2=5.0"], ["10/2=5.1"] },
            { "\\frac{3}{4}", ["6/8 = 3/4 = 0.75"], [] },
            { "6", [], ["2*3=5", "2*3=6=7"] },
        };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Chains_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Constants =>
        new()
        {
            { "-3^2", ["-9"], ["9"] },
            { "(-3)^2", [], ["-9"] },
            { "1-\\frac1e", ["1-e^{-1}"], ["\\frac{1-e}{e}"] },
            { "1-\\frac{1}{\\mathrm{e}}", ["1-e^{-1}"], [] },
            { "4\\sqrt{2}", ["\\sqrt{32}"], ["2\\sqrt{4}"] },
            { "4\\sqrt2", [], ["\\sqrt{42}"] },
            { "\\frac{1}{\\sqrt3}", ["\\sqrt{\\frac13}"], ["\\sqrt3"] },
            { "\\sqrt[3]{2}", ["2^{\\frac13}"], ["3\\sqrt{2}"] },
            { "\\frac{a/2}{b}", ["a/(2b)"], [] },
            { "\\frac{0.5a}{b}/0.5", ["a/b"], [] },
            { "\\frac{a}{2b}", [], ["\\frac{a}{2}b"] },
            { "3+2\\sqrt2", ["(1+\\sqrt2)^2"], ["(1+\\sqrt2)^3"] },
            { "e^{i\\pi}+1", ["0"], [] },
            { "\\frac{1+\\sqrt5}{2}", ["\\frac{2}{\\sqrt5-1}"], [] },
            { "\\log_2 10", ["\\frac{1}{\\log_{10} 2}"], [] },
        };

    [Theory]
    [MemberData(nameof(Constants))]
    public void Constants_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Functions =>
        new()
        {
            { "2^{2^n}", ["2^{(2^n)}"], ["4^n"] },
            { "2^{n-1}", ["\\frac{1}{2}\\cdot 2^n"], ["2^n-1", "2^{n}-2"] },
            { "\\binom{n}{2}", ["\\frac{n^2-n}{2}"], ["\\frac{n(n+1)}{2}"] },
            { "\\binom{2n}{n}", ["\\frac{(2n)!}{n!n!}"], ["\\frac{(2n)!}{n!}"] },
            { "\\lfloor n/2 \\rfloor", ["\\left\\lfloor\\frac{n}{2}\\right\\rfloor"], ["n/2"] },
            { "\\log_{10} 2", ["\\log 2"], ["\\ln 2"] },
            { "\\mathrm{arctan}(2)", ["\\tan^{-1}(2)"], [] },
            { "\\arctan 2", [], ["\\frac{1}{\\tan 2}"] },
            { "\\prod_{k=1}^5 k", ["5!"], [] },
            { "\\sum_{k=1}^{10} k", ["55"], [] },
            { "\\sin(\\pi/6)", ["\\frac12"], ["\\frac{\\sqrt3}{2}"] },
            { "\\sin 2x", ["2\\sin x\\cos x"], ["2\\sin x"] },
            { "\\cos^2 x", ["1-\\sin^2 x"], [] },
            { "f(x)=x^2+1", ["x^2+1"], ["f(x)=x^2-1"] },
            { "y=2x", ["2x"], ["z=2x", "x=2y"] },
            { "|x-2|", ["|2-x|"], ["x-2"] },
            { "\\max(a,b)", ["\\max(b,a)"], ["\\min(a,b)"] },
            { "f(x)=x", [], ["f(x)=-x"] },
            { "f(x)=2x", [], ["y=3x"] },
            { "g(n)=n^2", ["g(x)=x^2"], ["g(x)=n^2"] },
        };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Functions_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
