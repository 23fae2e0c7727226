namespace Rlhf.Verification.Equivalence;

/// <summary>Signs of mathematics in Unicode, and how they are written in LaTeX.</summary>
internal static class UnicodeSigns
{
    private const string Table = """
        − -   – -   ‐ -   ‑ -   × \times   ÷ \div   · \cdot   ⋅ \cdot   ∙ \cdot   ∗ *   π \pi   ∞ \infty   ° ^\circ
        º ^\circ   ± \pm   ∓ \mp   ≠ \ne   ≤ \le   ≥ \ge   ⩽ \le   ⩾ \ge   ∪ \cup   ∩ \cap   ∖ \setminus   ∈ \in
        ∅ \emptyset   ℝ \mathbb{R}   ⟨ \langle   ⟩ \rangle   ⌊ \lfloor   ⌋ \rfloor   ⌈ \lceil   ⌉ \rceil   ½ \frac{1}{2}
        ⅓ \frac{1}{3}   ⅔ \frac{2}{3}   ¼ \frac{1}{4}   ¾ \frac{3}{4}   ⅕ \frac{1}{5}   ⅖ \frac{2}{5}   ⅗ \frac{3}{5}
        ⅘ \frac{4}{5}   ⅙ \frac{1}{6}   ⅚ \frac{5}{6}   ⅛ \frac{1}{8}   ⅜ \frac{3}{8}   ⅝ \frac{5}{8}   ⅞ \frac{7}{8}   ‘ '
        ’ '   ⁄ /   ∕ /   θ \theta   － -   ／ /   ． .   ％ \%   ［ [   ］ ]   ｜ |   ＜ <   ＞ >   ； ;   ： :   α \alpha   β \beta
        λ \lambda   ＋ +   ， ,   （ (   ） )   ＝ =   ¢ \text{cents}   ≡ \equiv   ≈ \approx   → \to   ⇒ \Rightarrow
        ⟹ \Rightarrow   ⇔ \iff   ↔ \iff   ⇌ \rightleftharpoons   ⊂ \subset   ⊆ \subseteq   ∉ \notin   ∠ \angle   △ \triangle
        ∥ \parallel   ⊥ \perp   ≅ \cong   ∼ \sim   ∝ \propto   ∧ \land   ∨ \lor   ¬ \neg   ∀ \forall   ∃ \exists   ∫ \int
        ∑ \sum   ∏ \prod   ∂ \partial   ℏ \hbar   … \ldots   ⋯ \ldots   ℤ \mathbb{Z}   ℕ \mathbb{N}   ℚ \mathbb{Q}
        ℂ \mathbb{C}   ′ '   ″ ''   γ \gamma   δ \delta   ε \epsilon   μ \mu   ν \nu   ρ \rho   σ \sigma   τ \tau   φ \phi
        ω \omega   Δ \Delta   Ω \Omega
        """;

    /// <summary>What a reader takes for the same thing; a command ends with a space.</summary>
    public static readonly Dictionary<char, string> Looks = Table
        .Split(["   ", "\n", "\r"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToDictionary(entry => entry[0], entry => Sign(entry[2..]));

    private static string Sign(string look) =>
        look.Contains('\\', StringComparison.Ordinal) && char.IsAsciiLetter(look[^1]) ? look + " " : look;
}
