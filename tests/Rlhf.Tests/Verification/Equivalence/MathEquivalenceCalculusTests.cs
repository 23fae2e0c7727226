using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Integrals, limits, derivatives, sums and what goes on: compared, not computed.</summary>
public class MathEquivalenceCalculusTests
{
    public static TheoryData<string, string[], string[]> Uncomputed =>
        new()
        {
            { "\\hbar\\omega", ["\\omega\\hbar"], ["h\\omega"] },
            { "\\frac{\\hbar^2 k^2}{2m}", ["\\frac{(\\hbar k)^2}{2m}"], [] },
            { "E=\\hbar\\omega", ["\\hbar\\omega"], [] },
            { "\\int_0^1 f(x)\\,dx", ["\\int_0^1 f(t)\\,dt"], ["\\int_0^2 f(x)\\,dx", "\\int_0^1 g(x)\\,dx", "\\int_0^1 f(x^2)\\,dx"] },
            { "\\int_0^1 x^2+1\\,dx", ["\\int_0^1 (1+x^2)dx"], [] },
            { "\\int_0^1 x\\,dx", [], ["\\int_1^0 x\\,dx"] },
            { "2\\int_0^\\infty e^{-x^2}dx", ["2 \\int_{0}^{\\infty} e^{-t^2}\\,dt"], [] },
            { "\\int_0^\\infty e^{-x^2}dx", [], ["\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx"] },
            { "\\int f(x)\\,dx + C", ["C+\\int f(x)dx"], [] },
            { "\\int_0^1\\int_0^x y\\,dy\\,dx", ["\\int_0^1\\int_0^t s\\,ds\\,dt"], ["\\int_0^1\\int_0^y x\\,dy\\,dx"] },
            { "\\lim_{x\\to 0}\\frac{\\sin x}{x}", ["\\lim_{t \\to 0} \\frac{\\sin t}{t}"], [] },
            { "\\lim_{x\\to 0}\\frac{f(x)}{x}", [], ["\\lim_{x\\to 1}\\frac{f(x)}{x}"] },
            { "\\lim_{x\\to 0^+}f(x)", [], ["\\lim_{x\\to 0^-}f(x)"] },
            { "\\lim_{n\\to\\infty} a_n=0", ["\\lim_{n \\to \\infty} a_n = 0"], ["\\lim_{n \\to \\infty} a_n = 1"] },
            { "\\sum_{k=1}^{n} k^2", ["\\sum_{i=1}^n i^2"], ["\\sum_{k=0}^n k^3"] },
            { "F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}", ["F_n=\\sum_{k=0}^{n-1}F_kF_{n-k-1}"], ["F_n = \\sum_{k=0}^{n-2} F_k F_{n-k-2}"] },
            { "\\sum_{n=1}^{\\infty}\\frac{1}{n^2}", ["\\sum_{k=1}^\\infty k^{-2}"], ["\\sum_{n=1}^{\\infty}\\frac{1}{n^3}"] },
            {
                "\\frac{\\partial f}{\\partial x}",
                ["\\frac{\\partial f}{\\partial x}"],
                ["\\frac{\\partial f}{\\partial y}", "\\frac{f}{x}"]
            },
            { "\\frac{dy}{dx}", ["dy/dx"], ["\\frac{y}{x}", "\\frac{d^2y}{dx^2}"] },
            { "\\frac{d}{dx}f(x)", ["\\frac{d}{dx} f(x)"], ["\\frac{d}{dx} g(x)"] },
            {
                "\\frac{\\partial u}{\\partial t}=k\\frac{\\partial^2 u}{\\partial x^2}",
                ["\\frac{\\partial u}{\\partial t} = k \\frac{\\partial^2 u}{\\partial x^2}"],
                []
            },
            { "1, 2, \\ldots, n", ["1,2,...,n", "1, 2, 3, \\dots, n"], ["1, 2, \\ldots, n-1", "n, \\ldots, 2, 1", "2, \\ldots, n"] },
            { "\\{1,2,\\ldots,n\\}", ["\\{1, 2, …, n\\}"], [] },
            { "2,4,\\ldots,16", [], ["2,4,8,\\ldots,16"] },
            { "1+2+\\cdots+n", ["1 + 2 + \\dots + n"], ["3+\\cdots+n"] },
            { "1\\cdot 2\\cdots n", ["1\\cdot2\\cdots n"], [] },
            { "1\\cdot2\\cdots n", [], ["2\\cdots n"] },
            { "1:2:3:\\ldots", ["1 : 2 : 3 : \\dots"], ["1:4:9:\\ldots"] },
            { "\\nabla f", ["\\nabla f"], [] },
        };

    [Theory]
    [MemberData(nameof(Uncomputed))]
    public void Uncomputed_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
