namespace Rlhf.Verification.Equivalence;

/// <summary>The commands of LaTeX that an answer may hold.</summary>
internal static class MathCommands
{
    /// <summary>Those that hold text.</summary>
    public static readonly HashSet<string> TextCommands = Words(
        """
        text mbox textbf textrm textit mathrm mathbf mathit mathsf operatorname hbox textsf emph texttt boldsymbol
        bold mathcal bm textnormal
        """
    );

    /// <summary>Those in which a single letter is one of the formula.</summary>
    public static readonly HashSet<string> LetterFonts = Words(
        """
        mathbf mathit mathsf mathcal boldsymbol bold bm
        """
    );

    /// <summary>Those that only space, size or set in another face.</summary>
    public static readonly HashSet<string> Ignored = Words(
        """
        big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle limits nolimits quad qquad mathord
        mathstrut bf rm it thinspace therefore middle underline scriptstyle normalsize small enspace hfill allowbreak
        relax
        """
    );

    /// <summary>Those that are part of a formula: any other makes a text no answer.</summary>
    public static readonly HashSet<string> Known = Words(
        """
        frac over sqrt binom times cdot div pi infty circ degree pm mp le ge lt gt cup cap setminus in ne emptyset
        mathbb lfloor rfloor lceil rceil overline sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln
        lg exp begin end alpha beta gamma delta theta lambda mu sigma phi omega rho tau epsilon psi Delta Omega varphi
        zeta eta kappa xi nu hline to abs lor land ell chi iota upsilon Gamma Lambda Theta Phi Psi Sigma Pi Xi
        vartheta varepsilon choose gcd max min sum prod bmod pmod angle triangle hbar partial nabla aleph Re Im prime
        square Upsilon varrho varsigma int iint iiint oint lim ldots forall exists neg complement iff gets
        rightleftharpoons mapsto uparrow downarrow equiv cong sim simeq approx propto parallel perp subset subseteq
        supset supseteq notin ll gg oplus otimes star vec hat tilde dot ddot overrightarrow overleftarrow
        overleftrightarrow widehat widetilde det dim ker deg arg sup inf coth sech csch
        arccot arcsec arccsc nequiv nsim ncong nparallel nsubset nsubseteq nexists nmid top bot AA overset underset frown
        stackrel
        """
    );

    /// <summary>Those that set a mark over a letter, and so make another name of it.</summary>
    public static readonly HashSet<string> Accents = Words(
        """
        overline vec hat tilde dot ddot overrightarrow overleftarrow overleftrightarrow widehat widetilde
        """
    );

    /// <summary>Relations that are not computed: two are the same where their sides are.</summary>
    public static readonly HashSet<string> Relations = Words(
        """
        equiv cong sim simeq approx propto parallel perp subset subseteq supset supseteq notin ll gg mapsto nequiv nsim
        ncong nparallel nsubset nsubseteq nmid
        """
    );

    /// <summary>Arrows between statements, and reactions.</summary>
    public static readonly HashSet<string> Arrows = Words(
        """
        to gets iff rightleftharpoons
        """
    );

    /// <summary>Relations and arrows that say the same from right to left.</summary>
    public static readonly HashSet<string> Symmetric = Words(
        """
        equiv cong sim simeq approx parallel perp iff rightleftharpoons nequiv nsim ncong nparallel
        """
    );

    /// <summary>Other names of known ones.</summary>
    public static readonly Dictionary<string, string> Same = Names(
        """
        frac: dfrac tfrac cfrac
        binom: dbinom tbinom
        le: leq leqslant leqq
        ge: geq geqslant geqq
        ne: neq
        lt: less
        setminus: backslash smallsetminus
        emptyset: varnothing
        overline: bar
        arccot: arcctg
        tan: tg
        cot: ctg
        times: ast
        cdot: bullet
        to: Rightarrow implies Longrightarrow rightarrow longrightarrow
        gets: Leftarrow impliedby leftarrow Longleftarrow
        iff: Leftrightarrow leftrightarrow Longleftrightarrow
        neg: lnot
        land: wedge
        lor: vee
        ldots: dots cdots dotsc dotsb hdots vdots ddots
        hbar: hslash
        int: intop
        square: Box
        subset: subsetneq
        cap: bigcap
        bmod: mod
        cup: bigcup
        """
    );

    /// <summary>Those that are brackets or signs, and the symbol's text.</summary>
    public static readonly Dictionary<string, string> Brackets = new(StringComparer.Ordinal)
    {
        ["{"] = "set{",
        ["}"] = "set}",
        ["lbrace"] = "set{",
        ["rbrace"] = "set}",
        ["langle"] = "<(",
        ["rangle"] = ")>",
        ["lbrack"] = "[",
        ["rbrack"] = "]",
        ["lparen"] = "(",
        ["rparen"] = ")",
        ["vert"] = "|",
        ["lvert"] = "|",
        ["rvert"] = "|",
        ["|"] = "|",
        ["Vert"] = "|",
        ["lVert"] = "|",
        ["rVert"] = "|",
        ["mid"] = "|",
        ["colon"] = ":",
        ["%"] = "%",
        ["&"] = "&&",
    };

    /// <summary>Those that stand for no letter of their own: operations, signs and brackets, which name no variable.</summary>
    public static readonly HashSet<string> NoLetters = Words(
        """
        frac sqrt over binom times cdot div infty circ degree pm mp le ge lt gt cup cap setminus in emptyset mathbb
        rfloor rceil begin end hline to lor land choose gcd max min sum prod bmod pmod angle triangle int iint iiint
        oint lim ldots forall exists neg complement iff gets rightleftharpoons prime uparrow downarrow oplus otimes
        star partial overset underset frown stackrel nexists
        """,
        Relations
    );

    /// <summary>Those that begin a factor though they are no letters.</summary>
    public static readonly HashSet<string> Factors = Words(
        """
        frac sqrt binom gcd max min sum prod int iint iiint oint lim mathbb triangle angle
        """
    );

    private static HashSet<string> Words(string words, IEnumerable<string>? more = null) =>
        new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Concat(more ?? []), StringComparer.Ordinal);

    // A line for each command: its name, a colon, its other names.
    private static Dictionary<string, string> Names(string lines) =>
        lines
            .Split('\n')
            .Select(line => line.Split(':', 2))
            .SelectMany(line => Words(line[1]).Select(other => (other, line[0].Trim())))
            .ToDictionary(pair => pair.other, pair => pair.Item2, StringComparer.Ordinal);
}
