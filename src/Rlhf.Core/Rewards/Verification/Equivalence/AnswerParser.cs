using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Verification.Equivalence;

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
        if (MathLexer.Read(clean, thousands) is not { Count: > 0 } tokens)
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

        // "7 times" is a count, "7 times 2" none.
        int words =
            rest.Count > 1 && rest[^2].Kind == TokenKind.Number && rest[^1].IsWords && rest[^1].Text == "times"
                ? rest.Count - 1
                : rest.Count;
        return rest.Take(words).Where(t => t.IsWords).SelectMany(t => AnswerWords.Words(t.Text)).Any(AnswerWords.Denials.Contains)
            ? null
            : List([.. rest]);
    }

    // Elements of a list without brackets.
    private static Answer? List(ReadOnlySpan<MathToken> tokens)
    {
        if (TokenSpans.Split(tokens, IsSeparator) is not { } parts)
        {
            return null;
        }

        if (parts.Count == 1)
        {
            return Element(parts[0]);
        }

        // "1, 2, and 3" has an empty part between comma and word.
        MathToken[] all = tokens.ToArray(),
            separators = [.. TokenSpans.Operators(tokens, IsSeparator).Select(at => all[at])];
        List<Answer> elements = [];
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].Length == 0 && i > 0 && i < parts.Count - 1 && separators[i - 1].Is(",") && separators[i].IsWords)
            {
                continue;
            }

            if (Element(parts[i]) is not { } element)
            {
                return null;
            }

            elements.Add(element);
        }

        // x ∈ ℝ, x ≠ 3: the first only says where x is.
        bool any = separators.Any(IsOr);
        if (
            !any
            && elements.Count > 1
            && elements[0] is RealSetAnswer { Variable: null } where
            && RealSets.AreEqual(where.Pieces, [RealSets.Line])
        )
        {
            elements.RemoveAt(0);
        }

        if (elements.All(e => e is RealSetAnswer { Variable: not null }))
        {
            RealSetAnswer[] sets = [.. elements.Cast<RealSetAnswer>()];
            return sets.Length > MostSets || sets.Select(s => s.Variable).Distinct().Count() > 1
                ? null
                : sets[0] with
                {
                    Pieces = any
                        ? RealSets.Union(sets.SelectMany(s => s.Pieces))
                        : sets.Skip(1).Aggregate(sets[0].Pieces, (all, s) => RealSets.Intersection(all, s.Pieces)),
                };
        }

        return Assignments(elements, any) ?? new ListAnswer(elements, IsSet: false);
    }

    private static bool IsOr(MathToken token) =>
        token.IsCommand("lor") || (token.IsWords && token.Text.Equals("or", StringComparison.OrdinalIgnoreCase));

    // x = 1, y = 2 is a point, in the order of the letters; x = 1 or x = 2 is a list of values.
    private static Answer? Assignments(List<Answer> elements, bool any)
    {
        (string? Name, Answer? Value)[] sides =
        [
            .. elements.Select(e =>
                e is EquationAnswer equation && EquationComparer.Assigned(equation) is { Name: not null } assigned ? assigned : default
            ),
        ];
        if (sides.Any(s => s.Name is null))
        {
            // x = 1, 2: the name is said once.
            return sides[0].Name is not null && sides.Skip(1).All(s => s.Name is null) && elements.Skip(1).All(e => e is ValueAnswer)
                ? new ListAnswer([sides[0].Value!, .. elements.Skip(1)], IsSet: false)
                : null;
        }

        // x_1 = 3, x_2 = 5 are two values of one letter, too.
        string[] names = [.. sides.Select(s => s.Name!).Distinct()];
        return names.Length == 1
            || (
                names.Length == sides.Length
                && names.Select(n => n.Split('_')).All(n => n is [_, [>= '0' and <= '9', ..]])
                && names.Select(n => n.Split('_')[0]).Distinct().Count() == 1
            )
                ? new ListAnswer([.. sides.Select(s => s.Value!)], IsSet: false)
            : names.Length == sides.Length && !any && LetterOrder.Of(names, together: false) is { } order
                ? new TupleAnswer("(", ")", [.. order.Select(i => sides[i].Value!)])
            : null;
    }

    private static bool IsSeparator(MathToken token) =>
        token.Is(",")
        || token.Is(";")
        || token.IsCommand("lor")
        || token.IsCommand("land")
        || (
            token.IsWords
            && (token.Text.Equals("and", StringComparison.OrdinalIgnoreCase) || token.Text.Equals("or", StringComparison.OrdinalIgnoreCase))
        );

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
            return SetOperation(tokens, operations);
        }

        return Bracketed(tokens) ?? Special(tokens) ?? ValueReader.Read(tokens);
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
