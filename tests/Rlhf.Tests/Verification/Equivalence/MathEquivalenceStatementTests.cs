using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Sets and statements by name, implications, reactions, congruences and conditions.</summary>
public class MathEquivalenceStatementTests
{
    public static TheoryData<string, string[], string[]> Statements =>
        new()
        {
            { "p \\Rightarrow q", ["p \\implies q", "q \\Leftarrow p"], ["q \\Rightarrow p", "p \\Leftrightarrow q"] },
            { "p \\iff q", ["q \\Leftrightarrow p"], [] },
            { "p \\land q", ["q \\wedge p"], ["p \\lor q"] },
            { "\\neg(p\\land q)", ["\\neg p \\lor \\neg q"], ["\\neg p \\land \\neg q"] },
            { "A\\cap B", ["B \\cap A"], ["A\\cap C", "A\\setminus B"] },
            { "A\\cap(B\\cup C)", ["(A\\cap B)\\cup(A\\cap C)"], ["A\\cup(B\\cap C)"] },
            { "\\overline{A\\cup B}", ["\\overline{A}\\cap\\overline{B}"], [] },
            { "(A\\cup B)^c", ["A^c\\cap B^c"], ["A^c\\cup B^c"] },
            { "A \\setminus B", ["A\\cap B^c"], [] },
            { "2H_2+O_2\\to 2H_2O", ["2H_2 + O_2 \\rightarrow 2H_2O", "O_2+2H_2 \\to 2H_2O"], ["H_2+O_2\\to H_2O"] },
            { "NaOH+HCl\\to NaCl+H_2O", ["NaOH + HCl -> NaCl + H_2O"], [] },
            { "H_2O", ["\\mathrm{H_2O}", "\\text{H}_2\\text{O}"], ["H_2O_2", "HO_2"] },
            { "CO_2", ["\\mathrm{CO}_2"], [] },
            { "C_6H_{12}O_6", ["\\text{C}_6\\text{H}_{12}\\text{O}_6"], ["C_6H_{12}O_5"] },
            { "Ca(OH)_2", ["\\mathrm{Ca(OH)_2}"], ["CaOH_2"] },
            {
                "n \\equiv 1 \\pmod 4",
                ["n\\equiv 5\\pmod{4}", "n \\equiv 1 (mod 4)", "n \\equiv 1 \\text{ mod } 4", "n ≡ 1 (mod 4)", "1 \\pmod 4"],
                ["n \\equiv 1 \\pmod 5", "m \\equiv 1 \\pmod 4", "n=1", "1"]
            },
            { "n \\equiv 1, 3 \\pmod 4", ["n\\equiv 3,1 \\pmod 4"], [] },
            { "n \\equiv 0 \\text{ or } 1 \\pmod 4", ["n \\equiv 1 \\text{ or } 4 \\pmod 4"], ["n \\equiv 1 \\pmod 4"] },
            { "f(x)=2x \\text{ for all } x", ["f(x)=2x"], ["f(x)=3x", "f(x)=2x \\text{ for some } x"] },
            { "f(x)=2x \\text{ for all } x \\in \\mathbb{R}", ["f(x)=2x"], [] },
            { "\\forall x>0, f(x)=0", ["f(x)=0 \\text{ for all } x>0"], [] },
            { "n=2^k \\text{ for } k\\ge 1", ["n=2^k for 1 \\le k"], ["n=2^k", "n=2^k \\text{ for } k\\ge 2"] },
            {
                "x=\\frac{\\pi}{4}+k\\pi, k\\in\\mathbb{Z}",
                ["x=k\\pi+\\frac{\\pi}{4}, k \\in \\mathbb{Z}", "x=k\\pi+\\frac{\\pi}{4}"],
                ["x=k\\pi-\\frac{\\pi}{4}, k \\in \\mathbb{Z}", "x=\\frac{\\pi}{4}+2k\\pi, k \\in \\mathbb{Z}"]
            },
            { "\\mathbb{Z}", ["ℤ"], ["\\mathbb{N}", "Z"] },
            { "x\\in\\mathbb{Z}", ["\\mathbb{Z}"], [] },
            { "\\mathbb{R}^2", [], ["\\mathbb{R}^3"] },
            { "\\mathbb{Z}^+", ["\\mathbb{Z}^{+}"], ["\\mathbb{Z}"] },
            { "\\forall x \\exists y\\, (x<y)", ["\\forall x \\exists y (x<y)"], [] },
            { "A \\subset B", ["B \\supset A"], ["B\\subset A", "A \\subseteq B"] },
            { "AB \\parallel CD", ["CD \\parallel AB"], ["AB \\perp CD"] },
            { "\\triangle ABC \\cong \\triangle DEF", ["\\triangle ABC\\cong\\triangle DEF"], ["\\triangle ABC \\sim \\triangle DEF"] },
        };

    [Theory]
    [MemberData(nameof(Statements))]
    public void Statements_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
