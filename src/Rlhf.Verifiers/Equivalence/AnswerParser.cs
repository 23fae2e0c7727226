using System.Text.RegularExpressions;

namespace Rlhf.Verification.Equivalence;

/// <summary>What an answer's text was read as.</summary>
/// <param name="Choice">The option's letter, where it can be one.</param>
/// <param name="IsPlainChoice">Whether the letter stands alone, without brackets or command.</param>
/// <param name="Words">The text in lower case and single spaces.</param>
/// <param name="Formula">What it says; null where it is words alone.</param>
internal sealed record AnswerReading(char? Choice, bool IsPlainChoice, string? Words, Answer? Formula);

/// <summary>Reads answers: the structure around expressions.</summary>
internal sealed partial class AnswerParser
{
    private const int MostSets = 40;
    private const int MaxNesting = 40;
    private const int MaxTokens = 5_000;

    /// <summary>Reads a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="thousands">Whether <c>1,234</c> is one number where no bracket is open.</param>
    public static AnswerReading? Read(string text, bool thousands)
    {
        if (AnswerText.Clean(text) is not { } clean)
        {
            return null;
        }

        string bare = TextCommand()
            .Replace(clean, "")
            .Replace("{", "", StringComparison.Ordinal)
            .Replace("}", "", StringComparison.Ordinal)
            .Replace("\\ ", "", StringComparison.Ordinal)
            .Replace("\\left(", "(", StringComparison.Ordinal)
            .Replace("\\right)", ")", StringComparison.Ordinal)
            .Trim();
        Match choice = ChoiceText().Match(bare);
        char? letter = choice.Success && clean.Count(c => c == '{') == clean.Count(c => c == '}') ? choice.Groups["letter"].Value[0] : null;
        bool plain = clean.Length == 1;
        if (MathLexer.Read(clean, thousands) is not { Count: > 0 and <= MaxTokens } tokens || TokenSpans.Nesting(tokens) > MaxNesting)
        {
            return letter is null ? null : new(letter, plain, null, null);
        }

        List<MathToken> said = AnswerWords.WithoutCarriers(tokens);
        letter ??= said.Count < tokens.Count && Letter(said) is { } named ? named : null;
        return Formula(said) is var formula && formula is ListAnswer && AnswerWords.IsPartOf(tokens, said)
            ? new(letter, plain, Saying(tokens), null)
            : new(letter, plain, Saying(said), formula);
    }

    // A letter in brackets or bare, with what may stand around it: what is left of "the answer is (A)."
    private static char? Letter(List<MathToken> tokens) =>
        tokens.Where(t => !t.Is("(") && !t.Is(")") && !t.Is(".") && !t.Is("{") && !t.Is("}")).ToArray()
            is [{ Kind: TokenKind.Letter or TokenKind.Text, Text: [var letter] }]
        && char.IsAsciiLetterUpper(letter)
            ? letter
            : null;

    // What is said, word by word. The braces around words mean nothing, those of a command do.
    private static string? Saying(List<MathToken> tokens)
    {
        bool structured = tokens.Exists(t => t.Kind == TokenKind.Command || t.Is("^") || t.Is("_"));
        string words = string.Join(
                ' ',
                tokens
                    .Where(t => structured || (!t.Is("{") && !t.Is("}") && !t.Is(".")))
                    .Select(t => t.IsWords ? WhiteSpace().Replace(t.Text.Replace('.', ' '), " ").Trim().ToLowerInvariant() : t.Text)
            )
            .TrimEnd('.', ' ');

        // After a number they are more than the end of a sentence.
        words = words.TrimEnd(',', '!', ' ') is var end && end.Length > 0 && char.IsLetter(end[^1]) ? end : words;
        words = Article().Replace(words, "");
        return words.Length > 0 ? words : null;
    }

    private static Answer? Formula(List<MathToken> rest)
    {
        if (
            rest.All(t => t.IsWords)
            && string.Join(' ', rest.SelectMany(t => AnswerWords.Words(t.Text)).SkipWhile(AnswerWords.Carriers.Contains)) is var said
        )
        {
            if (AnswerWords.Empty.Contains(said) || AnswerWords.Line.Contains(said))
            {
                return AnswerWords.Empty.Contains(said) ? new ListAnswer([], IsSet: true) : new RealSetAnswer([RealSets.Line], null);
            }
        }

        // "negative 5", "minus infinity": a sign in words.
        if (
            rest.Count > 0
            && rest[0].IsWords
            && rest[0].Text.Trim().Split(' ', 2) is var first
            && first[0].ToLowerInvariant() is "negative" or "minus"
            && first.Length + rest.Count > 2
        )
        {
            rest = [new(TokenKind.Symbol, "-", false), .. first.Skip(1).Select(w => rest[0] with { Text = w }), .. rest.Skip(1)];
        }

        bool negative = rest.Count > 1 && rest[0].Is("-");
        if (
            rest.All(t => t.IsWords || t.Is("-"))
            && NumberWords.Read(string.Join(' ', rest.Skip(negative ? 1 : 0).Select(t => t.Text))) is { } number
        )
        {
            return new ValueAnswer(new Number(ExactNumber.FromInteger(negative ? -number : number)!.Value));
        }

        return Conditional(rest) ?? Congruence(rest) ?? Implication(rest) ?? (Denies(rest) ? null : List([.. rest]));
    }

    // Whether words deny or bound what is said. "7 times" is a count, "7 times 2" none.
    private static bool Denies(List<MathToken> tokens)
    {
        int words =
            tokens.Count > 1 && tokens[^2].Kind == TokenKind.Number && tokens[^1].IsWords && tokens[^1].Text == "times"
                ? tokens.Count - 1
                : tokens.Count;
        return tokens.Take(words).Where(t => t.IsWords).SelectMany(t => AnswerWords.Words(t.Text)).Any(AnswerWords.Denials.Contains);
    }

    private static Answer? Element(ReadOnlySpan<MathToken> tokens)
    {
        while (tokens.Length > 0 && (tokens[^1].Is(".") || tokens[^1].Is("\\\\")))
        {
            tokens = tokens[..^1];
        }

        if (tokens.Length == 0)
        {
            return null;
        }

        if (TokenSpans.Operators(tokens, IsRelation) is { Count: > 0 } relations)
        {
            return Relation(tokens, relations);
        }

        if (TokenSpans.Operators(tokens, IsSetOperation) is { Count: > 0 } operations)
        {
            return SetOperation(tokens, operations) is { } pieces ? pieces
                : SetAlgebra.Read(tokens) is { } sets ? new ValueAnswer(sets)
                : null;
        }

        if (TokenSpans.Operators(tokens, t => t.Is(":")).Count > 0)
        {
            return Ratio(tokens);
        }

        if (tokens.Length == 1 && tokens[0].IsCommand("ldots"))
        {
            return new ValueAnswer(new Symbol("…"));
        }

        return Bracketed(tokens)
            ?? Special(tokens)
            ?? ValueReader.Read(tokens)
            ?? (TokenSpans.IndexOf(tokens, IsSetOperation) >= 0 && SetAlgebra.Read(tokens) is { } within ? new ValueAnswer(within) : null);
    }

    // One pair of brackets around the whole.
    private static Answer? Bracketed(ReadOnlySpan<MathToken> tokens)
    {
        if (tokens.Length < 2 || TokenSpans.Depth(tokens[0]) != 1 || TokenSpans.Depth(tokens[^1]) != -1)
        {
            return null;
        }

        int depth = 0;
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            depth += TokenSpans.Depth(tokens[i]);
            if (depth == 0)
            {
                return null;
            }
        }

        ReadOnlySpan<MathToken> inside = tokens[1..^1];
        string open = tokens[0].Text,
            close = tokens[^1].Text;
        switch (open)
        {
            case "set{":
                return inside.Length == 0 ? new ListAnswer([], IsSet: true)
                    : Builder(inside) is { } built ? built
                    : List(inside) is { } held
                        ? held is ListAnswer { IsSet: false } list ? list with { IsSet = true }
                            : held is SequenceAnswer sequence ? sequence with { IsSet = true }
                            : held is ValueAnswer or TupleAnswer { Open: "(", Close: ")" } or ListAnswer
                                ? new ListAnswer([held], IsSet: true)
                            : null
                    : null;
            case "{":
                return close == "}" ? List(inside) : null;
            case "begin":
                return null;
        }

        if (inside.Length > 0 && inside[0].IsCommand("begin") && Special(inside) is MatrixAnswer matrix)
        {
            return matrix;
        }

        if (TokenSpans.Split(inside, t => t.Is(",") || t.Is(";")) is { Count: > 1 } parts)
        {
            Answer?[] elements = [.. parts.Select(p => Element(p))];
            return elements.All(e => e is not null)
                ? new TupleAnswer(open == "<(" ? "(" : open, close == ")>" ? ")" : close, elements!)
                : null;
        }

        return open is "(" or "[" && ExpressionParser.Read(tokens.ToArray()) is null ? Element(inside) : null;
    }

    private static Answer? Special(ReadOnlySpan<MathToken> tokens)
    {
        if (tokens.Length == 1 && tokens[0].IsCommand("emptyset"))
        {
            return new ListAnswer([], IsSet: true);
        }

        if (tokens.Length is 2 or 4 && tokens[0].IsCommand("mathbb") && tokens[tokens.Length / 2].Text == "R")
        {
            return new RealSetAnswer([RealSets.Line], null);
        }

        return TokenSpans.IndexOf(tokens, t => t.IsCommand("begin")) >= 0
            ? MatrixReader.ReadScaled(tokens, cell => Element(cell))
            : BaseReader.Read(tokens);
    }

    [GeneratedRegex(@"\\(text|textbf|mathrm|mathbf|mbox|textrm|textit|boldsymbol|operatorname)\b")]
    private static partial Regex TextCommand();

    [GeneratedRegex(
        @"^(?:(?:option|choice|answer)\s*)?(?:(?<letter>[A-Za-z])\s*\)?|\(\s*(?<letter>[A-Za-z])\s*\)|\[\s*(?<letter>[A-Za-z])\s*\])\s*[.:]?$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex ChoiceText();

    // "an ellipse" is "ellipse".
    [GeneratedRegex(@"^(a|an|the) (?=\p{L}{3})")]
    private static partial Regex Article();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
