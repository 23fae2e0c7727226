using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Letters by any name, functions that are defined on a part of the line, sums of roots.</summary>
public class MathEquivalenceDomainTests
{
    public static TheoryData<string, string[], string[]> Lambda =>
        new()
        {
            { "\\frac{h}{\\lambda}", ["h\\lambda^{-1}"], ["\\frac{\\lambda}{h}"] },
            { "\\frac{1}{\\lambda}", ["\\frac{1}{λ}"], [] },
            { "e^{-\\lambda t}", ["\\frac{1}{e^{\\lambda t}}"], ["e^{\\lambda t}"] },
            { "\\lambda_1 = 2, \\lambda_2 = 3", ["\\lambda_1 = 2, \\lambda_2 = 3"], [] },
            { "\\lambda=3", ["λ=3"], ["\\mu=3", "\\lambda=-3"] },
            {
                "\\frac{\\lambda^k e^{-\\lambda}}{k!}",
                ["\\frac{e^{-\\lambda}\\lambda^k}{k!}"],
                ["\\frac{e^{-\\lambda}\\lambda^{k-1}}{k!}"]
            },
        };

    [Theory]
    [MemberData(nameof(Lambda))]
    public void Lambda_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    public static TheoryData<string, string[], string[]> Domains =>
        new()
        {
            { "\\ln(x-2)", ["\\ln(x-2)", "\\log_e (x-2)"], ["\\ln(x-3)"] },
            { "\\ln(x-2000)", ["\\ln(-2000+x)"], ["\\ln(x-2001)"] },
            { "\\ln(1-x^2)", ["\\ln((1-x)(1+x))"], ["\\ln(1-x)"] },
            { "\\sqrt{x-100}", ["(x-100)^{1/2}"], ["x-10"] },
            { "\\ln(x-2)+\\ln(x+2)", ["\\ln(x+2)+\\ln(x-2)"], [] },
            { "\\ln(\\ln(\\ln x))", ["\\ln(\\ln(\\ln x))"], ["\\ln(\\ln x)"] },
            { "\\log_2(x-50)", ["\\frac{\\ln(x-50)}{\\ln 2}"], [] },
            { "\\ln(-x-5)", ["\\ln(-(x+5))"], [] },
            { "\\sqrt{1/n}", ["\\frac{1}{\\sqrt n}"], ["\\frac{1}{n}"] },
            { "x", [], ["\\sqrt{x^2}"] },
            { "\\sqrt{x^2}", ["|x|"], [] },
            { "\\frac{1}{3x^{2/3}}", ["\\frac{1}{3\\sqrt[3]{x}^2}"], [] },
            { "\\sqrt{ab}", ["\\sqrt{ba}"], [] },
            { "\\sqrt{a+b}", [], ["\\sqrt a+\\sqrt b"] },
            { "\\sqrt{x^2-1}", [], ["\\sqrt{x-1}\\sqrt{x+1}"] },
            { "\\sqrt{2}+\\sqrt{3}+\\sqrt{5}+\\sqrt{7}", ["\\sqrt 7+\\sqrt 5+\\sqrt 3+\\sqrt 2"], ["\\sqrt 7+\\sqrt 5+\\sqrt 3"] },
            { "\\sqrt{a^2+b^2}+\\sqrt{b^2+c^2}+\\sqrt{c^2+a^2}", ["\\sqrt{c^2+a^2}+\\sqrt{a^2+b^2}+\\sqrt{c^2+b^2}"], [] },
            {
                "\\sqrt{a^2+b^2}+\\sqrt{b^2+c^2}+\\sqrt{c^2+d^2}+\\sqrt{d^2+a^2}",
                ["\\sqrt{a^2+b^2}+\\sqrt{b^2+c^2}+\\sqrt{c^2+d^2}+\\sqrt{d^2+a^2}"],
                ["\\sqrt{a^2+b^2}+\\sqrt{b^2+c^2}+\\sqrt{c^2+d^2}+\\sqrt{d^2+b^2}"]
            },
        };

    [Theory]
    [MemberData(nameof(Domains))]
    public void Domains_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }

    [Theory]
    [InlineData("\\sqrt[3]{a}+\\sqrt[3]{b}+\\sqrt[3]{c}")]
    [InlineData("\\sqrt{2+\\sqrt{3}}+\\sqrt{5+\\sqrt{7}}+\\sqrt{11}+\\sqrt[3]{13}")]
    [InlineData("\\sqrt{x+\\sqrt{x+\\sqrt{x}}}+\\sqrt{x-1}")]
    [InlineData("\\ln(x-2)")]
    [InlineData("\\ln(x-20000)")]
    [InlineData("\\sqrt{\\ln(x-3)}")]
    [InlineData("\\arcsin(x)+\\arccos(x)")]
    [InlineData("\\arccos(x-5)")]
    [InlineData("x^x")]
    [InlineData("\\log_x 5")]
    public void Domains_Reference_IsReadable(string reference) => Assert.True(MathEquivalence.IsReadable(reference));
}
