using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Numbers too large to write out, and those too small to see.</summary>
public class MathEquivalenceSizeTests
{
    public static TheoryData<string, string[], string[]> Sizes =>
        new()
        {
            { "2023!", ["2023\\cdot2022!"], ["2023!+1", "2022!", "2023\\cdot 2021!"] },
            { "\\frac{2023!}{2021!}", ["2023\\cdot 2022"], ["2023\\cdot 2021"] },
            { "\\frac{1}{2004!}", ["\\frac{1}{2004 \\cdot 2003!}"], ["\\frac{1}{2005!}", "0"] },
            { "e^{-1000}", ["\\frac{1}{e^{1000}}"], ["0", "e^{-1001}"] },
            { "2^{1000000}", ["4^{500000}"], ["2^{1000000}+1", "2^{1000001}"] },
            { "3^{2024}-1", ["9^{1012}-1"], ["3^{2024}+1", "3^{2024}"] },
            { "7^{5000}+7^{5000}", ["2\\cdot 7^{5000}"], [] },
            { "7^{5000}", [], ["7^{5000}+\\sqrt{2}"] },
            { "10^{100}+\\sqrt2", [], ["10^{100}"] },
            { "\\sqrt2\\cdot 10^{-150}", ["\\frac{\\sqrt 2}{10^{150}}"], ["\\sqrt3\\cdot10^{-150}", "0"] },
            { "10^{-200}", [], ["0"] },
            { "\\frac{1}{2^{99}}", ["2^{-99}"], ["\\frac{1}{2^{98}}"] },
            { "\\binom{2000}{1000}", ["\\frac{2000!}{1000!\\cdot 1000!}"], ["\\binom{2000}{999}"] },
            { "100!", [], ["9.332621544394415\\times10^{157}"] },
            { "1000000007^2", ["1000000014000000049"], ["1000000014000000048"] },
            { "5", [], ["9^{9^{9^9}}"] },
            { "9^{9^{9^9}}", ["9^{9^{9^9}}"], ["9^{9^{9^8}}"] },
            { "2^{2023}", ["2\\cdot 2^{2022}"], ["2^{2023}-1"] },
            { "(10^{50}+1)^2", ["10^{100}+2\\cdot10^{50}+1"], ["10^{100}+10^{50}+1"] },
            { "\\sin(\\pi)", ["0"], [] },
            { "(\\sqrt2)^2", ["2"], [] },
            { "\\sin^2(1)+\\cos^2(1)", ["1"], [] },
            { "\\frac{\\sqrt{5}+1}{2}-\\frac{\\sqrt5-1}{2}", ["1"], [] },
            { "\\sqrt{2}-1.41421356237309504880", [], ["0"] },
            { "\\frac{1}{\\sin\\pi}", [], ["5"] },
            { "\\ln(e^5)", ["5"], [] },
            { "100!/98!", ["9900"], [] },
            { "\\log_{10}(10^{2000})", ["2000"], [] },
        };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sizes_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
