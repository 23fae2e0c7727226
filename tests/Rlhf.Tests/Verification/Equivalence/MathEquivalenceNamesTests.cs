using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Names on the left side of an equation.</summary>
public class MathEquivalenceNamesTests
{
    public static TheoryData<string, string[], string[]> Names =>
        new()
        {
            { "f(x)=2x", ["f(t)=2t"], ["g(x)=2x", "h(t)=2t", "f(t)=2x"] },
            { "f(x)=ax+b", ["f(t)=at+b"], [] },
            { "f(x)=ax", [], ["f(a)=xa+1"] },
            { "P(A)=\\frac12", ["\\frac12", "P(A)=0.5"], ["P(B)=\\frac12"] },
            { "P(A\\cap B)=0.2", ["0.2"], ["P(A\\cup B)=0.2"] },
            { "P(A|B)=0.2", ["P(A|B)=\\frac15"], ["P(B|A)=0.2"] },
            { "k=5", [], ["n=5"] },
            { "\\alpha = 30^\\circ", [], ["\\beta = 30^\\circ"] },
            { "x_1 = 3", ["3"], ["x_2 = 3"] },
            { "a_n=2n+1", ["a_k=2k+1", "1+2n"], ["b_n=2n+1"] },
            { "\\text{Alice}=5", ["5"], ["\\text{Bob}=5"] },
            { "\\text{Area}=5", ["5"], ["\\text{Perimeter}=5"] },
            { "Total = 150", ["150"], ["Average = 150"] },
            { "f'(x)=2x", ["f'(x)=x+x"], ["f(x)=2x"] },
            { "f''(x)=2", ["2"], ["f'(x)=2"] },
            { "AB=5", [], ["BC=5"] },
            { "\\angle A=50^\\circ", ["50"], ["\\angle B=50^\\circ"] },
            { "E(X)=3", [], ["E(Y)=3"] },
            { "Var(X)=3", [], ["E(X)=3"] },
            { "x=1,y=2", [], ["a=1,b=2"] },
            { "y'=2x", [], ["y=2x"] },
            { "F(x)=x", [], ["f(x)=x"] },
            { "V=\\pi r^2h", [], ["A=\\pi r^2 h"] },
            { "u=3", [], ["v=3"] },
            { "x=5", [], ["y=5"] },
            { "answer = 5", ["5"], [] },
            { "f(x,y)=xy", ["f(x,y)=yx"], ["g(x,y)=xy"] },
            { "\\frac{dy}{dx}=2x", ["2x"], ["\\frac{dx}{dy}=2x"] },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
