namespace Rlhf.Verification.Equivalence;

/// <content>Functions that are known by name only, and letters with marks.</content>
internal sealed partial class ExpressionParser
{
    // A bracket after these is an argument, whatever it holds.
    private const string SureFunctions = "fF";

    // After these it is one where it holds a running letter or a number alone; P(1 + r) and h(a + b) are products.
    private const string LikelyFunctions = "ghpquvwyzCEGHLMNPQRSTV";

    private const string RunningLetters = "xyztnkmsuv";

    private static readonly HashSet<string> OpaqueFunctions = new(StringComparer.Ordinal)
    {
        "sgn",
        "sign",
        "Var",
        "Cov",
        "erf",
        "det",
        "rank",
        "tr",
        "Re",
        "Im",
        "arg",
        "deg",
        "dim",
        "ker",
        "ord",
        "Gamma",
        "zeta",
        "Phi",
        "arccot",
        "arcsec",
        "arccsc",
        "coth",
        "sech",
        "csch",
    };

    /// <summary>Whether a word names a function that is not computed.</summary>
    public static bool IsOpaqueFunction(string word) => OpaqueFunctions.Contains(word);

    // Words that follow one another are one name: marginal cost.
    private Symbol NamedQuantity(string words)
    {
        for (; Next is { IsWords: true, Text.Length: > 3 } next; _at++)
        {
            words += " " + next.Text;
        }

        return new(string.Join(' ', AnswerWords.Words(words)));
    }

    // Whether the bracket after a letter is its argument.
    private bool IsApplied(string letter)
    {
        if (Next is not { } open || !open.Is("(") || letter.Length > 1)
        {
            return false;
        }

        if (SureFunctions.Contains(letter, StringComparison.Ordinal))
        {
            return true;
        }

        int close = _at + 1;
        for (int depth = 1; close < _tokens.Count; close++)
        {
            depth += TokenSpans.Depth(_tokens[close]);
            if (depth == 0)
            {
                break;
            }
        }

        List<MathToken> inside = _tokens[(_at + 1)..Math.Min(close, _tokens.Count)];
        return LikelyFunctions.Contains(letter, StringComparison.Ordinal)
            && inside.Count > 0
            && (
                inside is [{ Kind: TokenKind.Number }]
                || (
                    inside.Exists(IsRunning)
                    && inside.TrueForAll(t => t.Kind is TokenKind.Number or TokenKind.Symbol || IsRunning(t) || IsShape(t))
                )
                || (letter is "P" or "E" && inside[0].Kind is TokenKind.Letter or TokenKind.Word && char.IsUpper(inside[0].Text[0]))
            );

        static bool IsShape(MathToken token) =>
            token.Kind == TokenKind.Command && token.Text is "frac" or "sqrt" or "lfloor" or "rfloor" or "lceil" or "rceil";

        static bool IsRunning(MathToken token) =>
            token.Kind == TokenKind.Letter && RunningLetters.Contains(token.Text, StringComparison.Ordinal);
    }

    // A function of what the bracket holds: expressions, or events.
    private Expression? Applied(string name)
    {
        int start = _at++;
        List<Expression> arguments = [];
        do
        {
            if (Sum() is not { } argument)
            {
                break;
            }

            arguments.Add(argument);
        } while (Take(",") || Take("|"));

        if (arguments.Count > 0 && Take(")"))
        {
            return Uncomputed(name, [.. arguments]);
        }

        _at = start + 1;
        int depth = 1;
        while (Next is { } token && (depth += TokenSpans.Depth(token)) > 0)
        {
            _at++;
        }

        MathToken[] inside = [.. _tokens[(start + 1).._at]];
        return !Take(")") ? null
            : SetAlgebra.Read(inside) is { } set ? Uncomputed(name, set)
            : inside.Length > 0
            && Array.TrueForAll(inside, t => t.Kind is TokenKind.Letter or TokenKind.Number or TokenKind.Symbol or TokenKind.Command)
                ? new Symbol($"{name}({string.Join(' ', inside.Select(t => t.Text))})")
            : null;
    }

    // \vec{v}, \overline{AB}, \hat{i}_1: another letter. Over a formula it is not computed.
    private Expression? Accented(string accent)
    {
        MathToken[] inside = Next is { } open && open.Is("{") ? [.. _tokens[(_at + 1)..Close(_at)]] : [.. _tokens.Skip(_at).Take(1)];
        bool braces = Next is { } brace && brace.Is("{");
        if (
            inside is [{ Kind: TokenKind.Letter or TokenKind.Word or TokenKind.Command } letter]
            && !MathCommands.NoLetters.Contains(letter.Text)
        )
        {
            _at += braces ? 3 : 1;
            string name = $"\\{accent}{{{(letter.Kind == TokenKind.Command ? "\\" : "")}{letter.Text}}}";
            string index =
                Next is { } under && under.Is("_")
                    ? Subscript() is { } text
                        ? "_" + text
                        : "?"
                    : "";
            return index == "?" ? null : new Symbol(name + index);
        }

        return Argument() is { } formula ? Uncomputed("\\" + accent, formula) : null;
    }

    // The place of the bracket that closes the one at a place; the end where there is none.
    private int Close(int open)
    {
        int depth = 0;
        for (int i = open; i < _tokens.Count; i++)
        {
            depth += TokenSpans.Depth(_tokens[i]);
            if (depth == 0)
            {
                return i;
            }
        }

        return _tokens.Count;
    }
}
