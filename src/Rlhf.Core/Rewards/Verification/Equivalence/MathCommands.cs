namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>The commands of LaTeX that an answer may hold.</summary>
internal static class MathCommands
{
    /// <summary>Those that hold text.</summary>
    public static readonly HashSet<string> TextCommands = new(StringComparer.Ordinal)
    {
        "text", "mbox", "textbf", "textrm", "textit", "mathrm", "mathbf", "mathit", "mathsf", "operatorname", "hbox", "textsf", "emph", "texttt", "boldsymbol", "bold", "mathcal", "bm", "textnormal",
    };

    /// <summary>Those in which a single letter is one of the formula.</summary>
    public static readonly HashSet<string> LetterFonts = new(StringComparer.Ordinal) { "mathbf", "mathit", "mathsf", "mathcal", "boldsymbol", "bold", "bm" };

    /// <summary>Those that only space, size or set in another face.</summary>
    public static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "displaystyle", "textstyle", "limits", "nolimits", "quad", "qquad", "mathord", "mathstrut", "bf", "rm", "it", "thinspace",
    };

    /// <summary>Those that are part of a formula: any other makes a text no answer.</summary>
    public static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "frac", "over", "sqrt", "binom", "times", "cdot", "div", "pi", "infty", "circ", "degree", "pm", "mp", "le", "ge", "lt", "gt", "cup", "cap", "setminus", "in", "ne", "emptyset", "mathbb",
        "lfloor", "rfloor", "lceil", "rceil", "overline", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log", "ln", "lg", "exp",
        "begin", "end", "alpha", "beta", "gamma", "delta", "theta", "lambda", "mu", "sigma", "phi", "omega", "rho", "tau", "epsilon", "psi", "Delta", "Omega", "varphi", "zeta", "eta", "kappa", "xi", "nu", "hline", "to", "abs", "lor", "land",
        "ell", "chi", "iota", "upsilon", "Gamma", "Lambda", "Theta", "Phi", "Psi", "Sigma", "Pi", "Xi", "vartheta", "varepsilon", "choose", "gcd", "max", "min", "sum", "prod", "bmod", "angle", "triangle",
    };

    /// <summary>Other names of known ones.</summary>
    public static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["dfrac"] = "frac", ["tfrac"] = "frac", ["cfrac"] = "frac", ["dbinom"] = "binom", ["tbinom"] = "binom", ["leq"] = "le", ["geq"] = "ge", ["leqslant"] = "le", ["neq"] = "ne", ["dot"] = "overline", ["geqslant"] = "ge", ["less"] = "lt",
        ["backslash"] = "setminus", ["varnothing"] = "emptyset", ["bar"] = "overline", ["arcctg"] = "arccot", ["tg"] = "tan", ["ctg"] = "cot", ["ast"] = "times", ["bullet"] = "cdot", ["iff"] = "to", ["mod"] = "bmod",
    };

    /// <summary>Those that are brackets or signs, and the symbol's text.</summary>
    public static readonly Dictionary<string, string> Brackets = new(StringComparer.Ordinal)
    {
        ["{"] = "set{", ["}"] = "set}", ["lbrace"] = "set{", ["rbrace"] = "set}", ["langle"] = "<(", ["rangle"] = ")>", ["lbrack"] = "[", ["rbrack"] = "]", ["lparen"] = "(", ["rparen"] = ")",
        ["vert"] = "|", ["lvert"] = "|", ["rvert"] = "|", ["mid"] = "|", ["%"] = "%", ["&"] = "&&",
    };
}
