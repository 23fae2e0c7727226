using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>What keeps an answer the same, and what breaks it.</summary>
public class MathEquivalenceRulesTests
{
    // Each rule with what keeps it and what breaks it.
    public static TheoryData<string, string, string[], string[]> Rules =>
        new()
        {
            { "braces belong to commands", "\\sqrt{7}", ["\\sqrt7", "\\sqrt 7"], ["\\sqrt{}7", "\\sqrt{7", "{}\\sqrt{}{7}"] },
            { "a number is written in one face of digits", "17", ["１７", "𝟏𝟕", " １７ "], ["1７", "１7", "𝟏7", "１𝟕"] },
            {
                "delimiters stand in pairs",
                "7",
                ["\\(7\\)", "\\[7\\]", "\\left(7\\right)", "7\\ "],
                ["\\(7", "\\[7", "7\\", "7\\right", "\\left.7", "\\boxed{7}\\boxed{8}", "{7"]
            },
            {
                "an exponent takes no fraction after it",
                "x^2\\frac{1}{3}",
                ["\\frac{x^2}{3}", "\\frac13x^2"],
                ["x^{7/3}", "x^{2\\frac13}"]
            },
            { "a base takes no fraction after it", "-2", ["\\log_5\\frac{1}{25}", "\\log_5 \\frac1{25}"], ["\\log_5 25"] },
            {
                "mixed numbers, braces or not",
                "8\\frac16",
                ["8~\\frac16", "8{\\frac{1}{6}}", "8 1/6", "\\frac{49}{6}"],
                ["8\\cdot\\frac16", "8\\frac61"]
            },
            { "powers side by side", "2^{a+b}", ["2^a 2^b", "2^{a}\\,2^{b}"], ["2^a+2^b", "2^{ab}"] },
            { "over and choose", "10", ["20 \\over 2", "{5 \\choose 2}"], ["{2 \\over 20}", "{5 \\choose 4}"] },
            {
                "running sums and products",
                "24",
                ["\\prod_{k=1}^{4} k", "\\sum_{i=1}^{4} 2i+4", "\\sum_{n=0}^{23}1"],
                ["\\sum_{k=1}^{4} k", "\\sum_{k=1}^{10^9} k", "\\sum_{k=1}"]
            },
            {
                "divisors and extremes",
                "6",
                ["\\gcd(12,18)", "\\operatorname{lcm}(2,3)", "\\max(6,-2)", "\\min\\{6,8,10\\}", "20 \\bmod 7"],
                ["\\gcd(12,15)", "\\max(6,7)", "\\gcd(6)"]
            },
            { "letters in another font", "2+3i", ["2+3\\mathrm{i}", "2+3\\text{i}"], ["2+3\\mathrm{x}", "2+3"] },
            { "functions by name", "\\sin x", ["\\operatorname{sin} x", "\\mathrm{sin}(x)"], ["\\text{sin of } y"] },
            { "sets hold sets", "\\{1,2\\}", ["\\{2,1\\}", "1,2"], ["\\{\\{1,2\\}\\}", "\\{1\\},\\{2\\}", "\\{1,\\{2\\}\\}", "1,,2"] },
            { "the empty set is no element", "\\emptyset", ["\\{\\}", "\\varnothing"], ["\\{\\emptyset\\}", "\\{0\\}"] },
            {
                "a set after a minus is taken away",
                "(-\\infty,5)\\cup(5,\\infty)",
                ["\\mathbb{R}-\\{5\\}", "\\mathbb{R}\\setminus\\{5\\}"],
                ["\\mathbb{R}-\\{4\\}", "\\mathbb{R}"]
            },
            { "branches far out", "100-x", ["-(x-100)"], ["|x-100|", "\\sqrt{(x-100)^2}", "\\max(100-x,-500)"] },
            { "an equation of nothing", "y=3x", ["3x-y=0", "y=6x/2"], ["3x=3x", "y=y", "0=0"] },
            { "membership in a set", "\\{5,6\\}", ["x\\in\\{5,6\\}"], ["x\\in 5"] },
            { "names of tuples", "(1,-2,3,4)", ["(a,b,c,d)=(1,-2,3,4)", "The point is $(1,-2,3,4)$"], ["(a,b,c,d)=(4,3,-2,1)"] },
            {
                "matrices end as they begin",
                "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}",
                ["\\begin{bmatrix} 1 \\\\[4pt] 2 \\end{bmatrix}"],
                ["\\begin{pmatrix} 1 \\\\ 2 \\end{vmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{ppmatrix}"]
            },
            {
                "scales of temperature",
                "25^\\circ\\text{C}",
                ["25°C", "25", "25 degrees Celsius"],
                ["25^\\circ\\text{F}", "25 degrees Fahrenheit"]
            },
            { "percent of the last number alone", "41\\%", ["0.41", "41", "41% of the total"], ["42-1\\%", "41 % comment"] },
            {
                "counts and remarks",
                "7",
                ["7\\text{ times}", "7 books"],
                ["7 times 2", "7 correct", "correct 7", "7 hopefully", "7 tens", "7\\text{ matches the reference}"]
            },
            {
                "words around words",
                "\\text{circle}",
                ["The answer is circle.", "**Circle**"],
                ["The answer is not circle.", "circle or square"]
            },
            {
                "words around a choice",
                "\\text{(D)}",
                ["The answer is (D).", "the answer is D", "D)"],
                ["The answer is C.", "(D", "{\\text{(D)}", "D and E"]
            },
            { "short words are no products", "Kim", ["\\text{Kim}", "kim"], ["Kmi", "mKi"] },
            { "rows of letters are products", "abc", ["cab", "a\\cdot b\\cdot c"], ["ab^c"] },
            { "bold within a line", "2\\sqrt{3}", ["**Answer:** $2\\sqrt{3}$", "**$2\\sqrt{3}$**"], ["2**\\sqrt{3}", "~~$2\\sqrt{3}$~~"] },
            { "numbers in words", "25", ["twenty-five", "\\text{twenty five}"], ["twenty", "five hundred", "not twenty-five"] },
            { "units with ties", "10\\text{ cm}^2", ["10 \\mathrm{~cm}^2", "10 sq. cm", "10~\\text{cm}^{2}"], ["10 \\mathrm{~cm}", "~10"] },
            { "names of functions", "f^{-1}(x)=2x", ["2x", "f^{-1}(x)=x+x"], ["f^{-1}(x)=x", "f(x)=x/2"] },
            {
                "bars in inequalities",
                "(-1,5)",
                ["|x-2|<3", "3>|2-x|", "|2x-4|<6"],
                ["|x-2|\\le 3", "|x-2|>3", "|x-2|<-3", "x<5", "||x-2||<3"]
            },
            {
                "linear everywhere, not at three points",
                "x<3",
                ["2x<6", "(-\\infty,3)", "x-1<2"],
                ["|x|<3", "\\sqrt{x^2}<3", "x(x-1)(x-2)+x<3", "\\lceil x\\rceil<3"]
            },
            {
                "sets by their condition",
                "(-\\infty,2)\\cup(3,\\infty)",
                ["\\{x \\mid x<2 \\text{ or } x>3\\}", "\\{x\\in\\mathbb{R} : x<2 \\text{ or } x>3\\}"],
                [
                    "\\{x \\mid y<2 \\text{ or } y>3\\}",
                    "\\{x\\in\\mathbb{Z} : x<2 \\text{ or } x>3\\}",
                    "\\{x \\mid x<2 \\text{ and } x>3\\}",
                ]
            },
            {
                "relations are no markup",
                "(-6,5]\\cup(11,\\infty)",
                ["-6<x\\le 5 \\text{ or } x>11", "-6<x<=5 or x>11"],
                ["-6<x\\le 5 <b>or</b> x>11", "<!-- -6<x\\le 5 or x>11 -->", "-6<x\\le 5 \\text{ and } x>11"]
            },
            { "commas end references alone", "5,", ["5", "5."], ["5,", "4"] },
            { "factorials are not doubled", "720", ["6!", "(3!)!"], ["3!!", "6!!"] },
            { "a set of an interval is none", "(3,4]", ["x\\in(3,4]", "(3,4)\\cup\\{4\\}"], ["\\{(3,4]\\}", "\\{3,4\\}"] },
            {
                "where a letter is",
                "(-\\infty,4)\\cup(4,\\infty)",
                ["x\\in\\mathbb{R}, x\\ne 4"],
                ["x\\in\\mathbb{R}", "x\\in\\mathbb{Z}, x\\ne 4"]
            },
            {
                "letters name their places",
                "(4,7)",
                ["(y,x)=(7,4)", "y=7, x=4", "(m,b)=(4,7)"],
                ["(y,x)=(4,7)", "x=4 \\text{ or } y=7", "x=7, y=4", "m=7, b=4", "(m,b)=(7,4)"]
            },
            {
                "polar coordinates",
                "(3,\\frac{\\pi}{2})",
                ["(r,\\theta)=(3,\\pi/2)", "r=3, \\theta=\\frac{\\pi}{2}"],
                ["r=\\frac{\\pi}{2}, \\theta=3", "\\theta=3, r=\\frac{\\pi}{2}"]
            },
            { "functions at a place", "5", ["f(2)=5", "P(6)=5"], ["f(5)", "f(5)=6", "x(2)=5"] },
            { "functions at other places", "f(2)=5", ["5", "f(2) = 5"], ["f(3)=5", "f(2)=6"] },
            { "rounded to nothing", "\\frac{1}{3000000000}", ["0.0000000003"], ["0.000000", "0.0"] },
            { "what goes on has no end", "0.333", ["0.333", "0.333."], ["0.333...", "0.333\\ldots", "\\frac13"] },
            { "parts of a whole are not it", "5, 6", ["the solutions are 5 and 6"], ["the sum of 5 and 6", "the product of 5 and 6"] },
            { "marks after a number", "5", ["5."], ["5,", "5\\text{!}", "5\\text{x}", "5\\text{ too many}", "5\\text{th}"] },
            { "percent signs are no units", "8\\text{ cm}", ["8"], ["8\\%", "\\$8", "8^\\circ"] },
            {
                "money for something",
                "\\$12",
                ["\\$12 per hour", "12 dollars each", "\\$12\\text{ per day}"],
                ["\\$13 per hour", "€12 per hour", "12\\text{ miles per hour}"]
            },
            { "bases in words", "312_4", ["312 base 4", "312 (base 4)", "312 in base four", "{312}_4"], ["312 base 5", "313 base 4"] },
            { "brackets in exponents", "0.0025", ["2.5*10^(-3)", "2.5*10**(-3)"], ["2.5*10^(-2)", "2.5*10^(-3", "2.5*10(-3)"] },
            { "factorials side by side", "10", ["\\frac{5!}{2!3!}", "\\frac{5!}{3!\\,2!}"], ["\\frac{5!}{2!4!}", "\\frac{5!}{23!}"] },
            {
                "dots over a period",
                "\\frac{8}{11}",
                ["0.\\dot{7}\\dot{2}", "0.7\\dot2\\dot7"],
                ["0.\\dot{7}2", "0.\\dot{2}\\dot{7}", "0.7\\dot{2}"]
            },
            { "faces of letters", "2\\pi x", ["2𝜋𝑥", "2\\pi 𝐱"], ["2𝜋𝑦", "2𝜌𝑥", "2𝛁𝑥"] },
            {
                "articles",
                "\\text{ellipse}",
                ["\\text{an ellipse}", "The graph is an ellipse."],
                ["not an ellipse", "an ellipse or a circle"]
            },
            {
                "carriers may be the answer",
                "\\text{point}",
                ["The answer is a point.", "the point"],
                ["The answer is a line.", "the answer"]
            },
            { "separators with a space", "4{,}943", ["4, \\!943", "4,\\! 943"], ["4, 943", "4.943"] },
            {
                "signs before a matrix",
                "\\begin{pmatrix} -1 \\\\ 2 \\end{pmatrix}",
                ["-\\begin{pmatrix} 1 \\\\ -2 \\end{pmatrix}"],
                ["-\\begin{pmatrix} -1 \\\\ 2 \\end{pmatrix}", "+-"]
            },
            { "measures of angles", "40^\\circ", ["m\\angle ABC=40^\\circ", "\\therefore 40^\\circ"], ["m\\angle ABC=41^\\circ"] },
            { "repeating from the point", "\\frac23", [".\\overline{6}", "0.\\bar{6}"], [".6", ".\\overline{7}"] },
        };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_SeparatesWhatKeepsItFromWhatBreaksIt(string rule, string reference, string[] kept, string[] broken)
    {
        Assert.NotEmpty(rule);
        Assert.All(kept, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(broken, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
