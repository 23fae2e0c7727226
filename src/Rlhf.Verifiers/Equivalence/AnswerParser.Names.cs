namespace Rlhf.Verification.Equivalence;

/// <content>What an equation may define.</content>
internal sealed partial class AnswerParser
{
    // Before a number in brackets other letters multiply it.
    private const string FunctionLetters = "fghpqFGHPQTSVNE";

    // A letter, f(x), P(A ∩ B), or words.
    private static string? Name(ReadOnlySpan<MathToken> tokens)
    {
        MathToken[] all = tokens.ToArray();
        if (all.Length > 0 && all.All(t => t.IsWords))
        {
            string name = string.Join(' ', all.SelectMany(t => AnswerWords.Words(t.Text)).Where(w => w is not ("the" or "a" or "an")));
            return name.Length > 0 ? name : null;
        }

        if (Applied(all) is { } applied)
        {
            return applied.Name + "(" + string.Concat(applied.Inside.Select(t => t.Text)) + ")";
        }

        // ∠ABC, and m∠ABC for its measure
        MathToken[] bare = all is [{ Text: "m" }, { Kind: TokenKind.Command, Text: "angle" }, ..] ? all[1..] : all;
        if (bare is [{ Kind: TokenKind.Command, Text: "angle" }, { Kind: TokenKind.Letter or TokenKind.Word }])
        {
            return "angle " + bare[1].Text;
        }

        // a:b:c
        if (
            all.Length > 2
            && all.Where((t, i) => i % 2 == 1).All(t => t.Is(":"))
            && all.Where((t, i) => i % 2 == 0).All(t => t.Kind is TokenKind.Letter or TokenKind.Word)
        )
        {
            return string.Concat(all.Select(t => t.Text));
        }

        return ExpressionParser.Read(all) switch
        {
            Symbol symbol => symbol.Name,
            // |AB| and |\\vec{v}| are lengths, |x| = 5 says x = ±5.
            Operation { Name: OperationName.Absolute, Arguments: [Symbol { Name: ['\\', ..] }] } => string.Concat(all.Select(t => t.Text)),
            _ when all is [{ Text: "|" }, { Kind: TokenKind.Word, Text: [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] }, { Text: "|" }] => all[
                1
            ].Text,
            Opaque { Head: [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..] or ['\\', ..] } => string.Concat(all.Select(t => t.Text)),
            _ => null,
        };
    }

    // The letter that a name is a function of, as in f(x) and a_n; null for none.
    private static string? Letter(ReadOnlySpan<MathToken> tokens)
    {
        MathToken[] all = tokens.ToArray();
        return Applied(all) is { Inside: [{ Kind: TokenKind.Letter } letter] } ? letter.Text
            : all is [{ Kind: TokenKind.Letter }, { Text: "_" }, { Kind: TokenKind.Letter } index] ? index.Text
            : all is [{ Kind: TokenKind.Letter }, { Text: "_" }, { Text: "{" }, { Kind: TokenKind.Letter } inner, { Text: "}" }]
                ? inner.Text
            : null;
    }

    // f(x), f'(x), f^{-1}(x), f(2), P(A), (f \circ g)(x) is none
    private static (string Name, MathToken[] Inside)? Applied(MathToken[] all)
    {
        int open = Array.FindIndex(all, t => t.Is("("));
        if (
            open < 1
            || !all[^1].Is(")")
            || all[0].Kind is not (TokenKind.Letter or TokenKind.Word or TokenKind.Command)
            || (all[0].Kind == TokenKind.Command && MathCommands.NoLetters.Contains(all[0].Text))
            || all[(open + 1)..^1] is not { Length: > 0 } inside
            || Array.Exists(inside, t => t.Is("(") || t.Is(")"))
        )
        {
            return null;
        }

        string mark = string.Concat(all[1..open].Select(t => t.Text));
        bool isFunction =
            inside is [{ Kind: TokenKind.Letter }]
            || FunctionLetters.Contains(all[0].Text, StringComparison.Ordinal)
            || (all[0].Kind == TokenKind.Word && all[0].Text is "Pr" or "Var" or "Cov");
        bool isVector =
            MathCommands.Accents.Contains(all[0].Text) && all[0].Kind == TokenKind.Command && mark is ['{', _, '}'] && inside.Length == 1;
        return (isVector || isFunction) && (isVector || mark is "" or "'" or "''" or "^{-1}" || mark.StartsWith('_'))
            ? (all[0].Text + mark, inside)
            : null;
    }
}
