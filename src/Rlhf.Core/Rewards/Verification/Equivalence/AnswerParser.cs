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
    private const int MaxElements = 200;

    // Words that may stand before a value without changing it.
    private static readonly HashSet<string> Carriers = new(StringComparer.Ordinal)
    {
        "the", "final", "answer", "is", "are", "was", "thus", "so", "hence", "therefore", "then", "total", "result", "sum", "value", "values", "equals", "equal", "to", "we", "get", "got", "have", "obtain", "of", "my", "our", "this", "that", "it",
        "gives", "be", "there", "correct", "solution", "solutions", "number", "find", "i", "which", "here", "finally", "exactly", "in", "simplified", "form", "ans", "length", "area", "perimeter", "volume", "probability", "measure", "angle", "a",
    };

    // Words that deny or bound what follows, or leave it open.
    private static readonly HashSet<string> Denials = new(StringComparer.Ordinal)
    {
        "not", "no", "most", "least", "more", "less", "than", "except", "about", "approximately", "approx", "around", "between", "either", "neither", "nor", "never", "greater", "fewer", "if", "unless", "but", "almost", "nearly", "any", "all", "none",
        "maybe", "perhaps", "up", "below", "above", "under", "over", "cannot", "isn", "doesn", "wrong", "incorrect", "false", "roughly", "within", "until", "without", "minus", "plus", "times", "possibly", "undefined", "same", "other", "before", "after", "only", "both", "every", "some", "larger", "smaller", "bigger", "beyond", "outside", "instead", "half", "double", "twice", "squared", "cubed",
    };

    private static readonly Dictionary<string, string> NumberWords = new(StringComparer.Ordinal)
    {
        ["two"] = "2", ["three"] = "3", ["four"] = "4", ["five"] = "5", ["six"] = "6", ["seven"] = "7", ["eight"] = "8", ["nine"] = "9", ["ten"] = "10", ["twelve"] = "12", ["sixteen"] = "16",
    };

    /// <summary>Reads a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="thousands">Whether <c>1,234</c> is one number where no bracket is open.</param>
    public static AnswerReading? Read(string text, bool thousands)
    {
        if (AnswerText.Clean(text) is not { } clean)
        {
            return null;
        }

        string bare = TextCommand().Replace(clean, "").Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal).Replace("\\ ", "", StringComparison.Ordinal).Trim();
        Match choice = ChoiceText().Match(bare);
        char? letter = choice.Success ? choice.Groups["letter"].Value[0] : null;
        bool plain = clean.Length == 1;
        if (MathLexer.Read(clean, thousands) is not { Count: > 0 } tokens)
        {
            return letter is null ? null : new(letter, plain, null, null);
        }

        string words = string.Join(' ', tokens.Where(t => !t.Is("{") && !t.Is("}") && !t.Is(".")).Select(t => t.IsWords ? WhiteSpace().Replace(t.Text.Replace('.', ' '), " ").Trim().ToLowerInvariant() : t.Text)).TrimEnd('.', ',', ' ', '!');
        return new(letter, plain, words.Length > 0 ? words : null, Formula(tokens));
    }

    private static Answer? Formula(List<MathToken> tokens)
    {
        List<MathToken> rest = WithoutCarriers(tokens);
        return rest.Where(t => t.IsWords).SelectMany(t => Words(t.Text)).Any(w => Denials.Contains(w)) ? null : List([.. rest]);
    }

    private static IEnumerable<string> Words(string text) => text.ToLowerInvariant().Split([' ', ',', ':', '.', '-', '\''], StringSplitOptions.RemoveEmptyEntries);

    // "The answer is", "Total =", "Thus," before something that is left.
    private static List<MathToken> WithoutCarriers(List<MathToken> tokens)
    {
        int start = 0;
        while (start < tokens.Count)
        {
            MathToken token = tokens[start];
            bool carrier = (token.IsWords || (token.Kind == TokenKind.Letter && token.Text is "I" or "a" && start > 0)) && Words(token.Text).All(Carriers.Contains);
            if (!carrier && !(start > 0 && (token.Is(":") || token.Is(",") || token.Is("=") || token.Is("."))))
            {
                break;
            }

            start++;
        }

        return start == tokens.Count ? tokens : tokens[start..];
    }

    // Elements of a list without brackets.
    private static Answer? List(ReadOnlySpan<MathToken> tokens)
    {
        if (Split(tokens, IsSeparator) is not { } parts)
        {
            return null;
        }

        if (parts.Count == 1)
        {
            return Element(parts[0]);
        }

        // "1, 2, and 3" has an empty part between comma and word.
        List<Answer> elements = [];
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].Length == 0 && i > 0 && i < parts.Count - 1)
            {
                continue;
            }

            if (Element(parts[i]) is not { } element)
            {
                return null;
            }

            elements.Add(element);
        }

        if (elements.All(e => e is RealSetAnswer { Variable: not null }))
        {
            RealSetAnswer[] sets = [.. elements.Cast<RealSetAnswer>()];
            bool any = tokens.ToArray().Any(t => t.IsWords && t.Text.Equals("or", StringComparison.OrdinalIgnoreCase));
            return sets.Select(s => s.Variable).Distinct().Count() > 1 ? null : sets[0] with
            {
                Pieces = any ? RealSets.Union(sets.SelectMany(s => s.Pieces)) : sets.Skip(1).Aggregate(sets[0].Pieces, (all, s) => RealSets.Intersection(all, s.Pieces)),
            };
        }

        return Assignments(elements) ?? new ListAnswer(elements, IsSet: false);
    }

    // x = 1, y = 2 is a point, in the order of the letters; x = 1 or x = 2 is a list of values.
    private static Answer? Assignments(List<Answer> elements)
    {
        (string? Name, Answer? Value)[] sides = [.. elements.Select(e => e is EquationAnswer equation && AnswerComparer.Assigned(equation) is { Name: not null } assigned ? assigned : default)];
        if (sides.Any(s => s.Name is null))
        {
            // x = 1, 2: the name is said once.
            return sides[0].Name is not null && sides.Skip(1).All(s => s.Name is null) && elements.Skip(1).All(e => e is ValueAnswer)
                ? new ListAnswer([sides[0].Value!, .. elements.Skip(1)], IsSet: false)
                : null;
        }

        string[] names = [.. sides.Select(s => s.Name!).Distinct()];
        return names.Length == 1 ? new ListAnswer([.. sides.Select(s => s.Value!)], IsSet: false)
            : names.Length == sides.Length ? new TupleAnswer("(", ")", [.. sides.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => s.Value!)])
            : null;
    }

    private static bool IsSeparator(MathToken token) => token.Is(",") || token.Is(";") || token.IsCommand("lor") || token.IsCommand("land")
        || (token.IsWords && (token.Text.Equals("and", StringComparison.OrdinalIgnoreCase) || token.Text.Equals("or", StringComparison.OrdinalIgnoreCase)));

    private static bool IsRelation(MathToken token) => IsInequality(token) || token.Is("=") || token.IsCommand("in");

    private static bool IsInequality(MathToken token) => token.Is("<") || token.Is(">") || (token.Kind == TokenKind.Command && token.Text is "le" or "ge" or "lt" or "gt");

    private static bool IsSetOperation(MathToken token) => token.Kind == TokenKind.Command && token.Text is "cup" or "cap" or "setminus";

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

        if (Operators(tokens, IsRelation) is { Count: > 0 } relations)
        {
            return Relation(tokens, relations);
        }

        if (Operators(tokens, IsSetOperation) is { Count: > 0 } operations)
        {
            return SetOperation(tokens, operations);
        }

        return Bracketed(tokens) ?? Special(tokens) ?? Value(tokens);
    }

    // Places of the tokens outside all brackets that fit.
    private static List<int> Operators(ReadOnlySpan<MathToken> tokens, Func<MathToken, bool> fits)
    {
        List<int> places = [];
        int depth = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0 && fits(tokens[i]))
            {
                places.Add(i);
            }
        }

        return places;
    }

    private static int Depth(MathToken token) => token.Kind == TokenKind.Symbol
        ? token.Text switch { "(" or "[" or "{" or "set{" or "<(" => 1, ")" or "]" or "}" or "set}" or ")>" => -1, _ => 0 }
        : token.IsCommand("begin") ? 1 : token.IsCommand("end") ? -1 : 0;

    private static List<MathToken[]>? Split(ReadOnlySpan<MathToken> tokens, Func<MathToken, bool> fits)
    {
        List<int> places = Operators(tokens, fits);
        if (places.Count > MaxElements)
        {
            return null;
        }

        List<MathToken[]> parts = [];
        int start = 0;
        foreach (int place in places)
        {
            parts.Add(tokens[start..place].ToArray());
            start = place + 1;
        }

        parts.Add(tokens[start..].ToArray());
        return parts;
    }

    private static Answer? Relation(ReadOnlySpan<MathToken> tokens, List<int> places)
    {
        const int MaxSides = 20;
        MathToken first = tokens[places[0]];
        if (first.IsCommand("in"))
        {
            // x ∈ S says S.
            return places.Count == 1 && Name(tokens[..places[0]]) is not null ? Element(tokens[(places[0] + 1)..]) : null;
        }

        if (places.Count >= MaxSides || Split(tokens, IsRelation) is not { } parts)
        {
            return null;
        }

        MathToken[] all = tokens.ToArray();
        if (places.All(p => all[p].Is("=")))
        {
            EquationSide[] sides = [.. parts.Select(p => new EquationSide(Name(p), Element(p)))];
            return sides.All(s => s.Name is not null || s.Content is not null) ? new EquationAnswer(sides) : null;
        }

        return places.All(p => IsInequality(all[p])) ? Inequalities.Solve([.. parts.Select(p => ExpressionParser.Read(p))], [.. places.Select(p => all[p].Text)]) : null;
    }

    // A letter, f(x), a pair of letters, or words: what an equation may define.
    private static string? Name(ReadOnlySpan<MathToken> tokens)
    {
        MathToken[] all = tokens.ToArray();
        if (all.Length > 0 && all.All(t => t.IsWords))
        {
            return string.Join(' ', all.Select(t => t.Text.ToLowerInvariant()));
        }

        if (all.Length == 4 && all[0].Kind == TokenKind.Letter && all[1].Is("(") && all[2].Kind == TokenKind.Letter && all[3].Is(")"))
        {
            return $"{all[0].Text}({all[2].Text})";
        }

        if (all.Length == 5 && all[0].Is("(") && all[1].Kind == TokenKind.Letter && all[2].Is(",") && all[3].Kind == TokenKind.Letter && all[4].Is(")"))
        {
            return $"({all[1].Text},{all[3].Text})";
        }

        if (all.Length == 7 && all[0].Is("(") && all[^1].Is(")") && all[1].Kind == TokenKind.Letter && all[3].Kind == TokenKind.Letter && all[5].Kind == TokenKind.Letter)
        {
            return $"({all[1].Text},{all[3].Text},{all[5].Text})";
        }

        return ExpressionParser.Read(all) is Symbol symbol ? symbol.Name : null;
    }

    private static RealSetAnswer? SetOperation(ReadOnlySpan<MathToken> tokens, List<int> places)
    {
        if (Split(tokens, IsSetOperation) is not { } parts || Element(parts[0]) is not { } first || AnswerComparer.RealSet(first) is not { } set)
        {
            return null;
        }

        for (int i = 0; i < places.Count; i++)
        {
            if (Element(parts[i + 1]) is not { } next || AnswerComparer.RealSet(next) is not { } other)
            {
                return null;
            }

            set = set with
            {
                Pieces = tokens[places[i]].Text switch
                {
                    "cup" => RealSets.Union(set.Pieces.Concat(other.Pieces)),
                    "cap" => RealSets.Intersection(set.Pieces, other.Pieces),
                    _ => RealSets.Intersection(set.Pieces, RealSets.Complement(other.Pieces)),
                },
            };
        }

        return set;
    }

    // One pair of brackets around the whole.
    private static Answer? Bracketed(ReadOnlySpan<MathToken> tokens)
    {
        if (tokens.Length < 2 || Depth(tokens[0]) != 1 || Depth(tokens[^1]) != -1)
        {
            return null;
        }

        int depth = 0;
        for (int i = 0; i < tokens.Length - 1; i++)
        {
            depth += Depth(tokens[i]);
            if (depth == 0)
            {
                return null;
            }
        }

        ReadOnlySpan<MathToken> inside = tokens[1..^1];
        string open = tokens[0].Text, close = tokens[^1].Text;
        switch (open)
        {
            case "set{":
                return inside.Length == 0 ? new ListAnswer([], IsSet: true)
                    : List(inside) is { } held ? held is ListAnswer list ? list with { IsSet = true } : held is ValueAnswer or TupleAnswer ? new ListAnswer([held], IsSet: true) : null
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

        if (Split(inside, t => t.Is(",") || t.Is(";")) is { Count: > 1 } parts)
        {
            Answer?[] elements = [.. parts.Select(p => Element(p))];
            return elements.All(e => e is not null) ? new TupleAnswer(open == "<(" ? "(" : open, close == ")>" ? ")" : close, elements!) : null;
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

        if (tokens[0].IsCommand("begin"))
        {
            return Matrix(tokens);
        }

        if (tokens.Length > 4 && tokens[0].Is("(") && tokens[2].Is(")") && tokens[3].Is("_"))
        {
            return Special([tokens[1], .. tokens[3..]]);
        }

        if (tokens.Length is 3 or 5 && tokens[0].Kind == TokenKind.Number && tokens[0].Text.All(char.IsAsciiDigit) && tokens[1].Is("_"))
        {
            MathToken named = tokens[tokens.Length == 3 ? 2 : 3];
            string name = NumberWords.GetValueOrDefault(named.Text.ToLowerInvariant(), named.Text);
            return name.All(char.IsAsciiDigit) ? new BaseAnswer(tokens[0].Text.TrimStart('0'), name) : null;
        }

        return null;
    }

    private static MatrixAnswer? Matrix(ReadOnlySpan<MathToken> tokens)
    {
        if (tokens.Length < 8 || !tokens[1].Is("{") || !tokens[2].IsWords || !tokens[3].Is("}") || !tokens[^4].IsCommand("end"))
        {
            return null;
        }

        string kind = tokens[2].Text;
        ReadOnlySpan<MathToken> body = tokens[4..^4];
        if (kind == "array")
        {
            int close = body[0].Is("{") ? body.IndexOf(body.ToArray().First(t => t.Is("}"))) : -1;
            body = close < 0 ? body : body[(close + 1)..];
        }
        else if (kind is not ("pmatrix" or "bmatrix" or "matrix" or "vmatrix" or "Bmatrix" or "smallmatrix"))
        {
            return null;
        }

        if (body.Length > 0 && body[^1].Is("\\\\"))
        {
            body = body[..^1];
        }

        List<IReadOnlyList<Answer>> rows = [];
        foreach (MathToken[] row in Split(body, t => t.Is("\\\\")) ?? [])
        {
            Answer?[] cells = [.. (Split(row, t => t.Is("&")) ?? []).Select(c => Element(c))];
            if (cells.Any(c => c is null))
            {
                return null;
            }

            rows.Add(cells!);
        }

        return rows.Count > 0 ? new(rows, kind == "vmatrix") : null;
    }

    // An expression with a currency before it or a unit, percent sign or noun after it.
    private static ValueAnswer? Value(ReadOnlySpan<MathToken> tokens)
    {
        List<MathToken> rest = [.. tokens];
        string? unit = null;
        bool percent = false, negative = rest.Count > 1 && rest[0].Is("-") && rest[1].Kind == TokenKind.Currency;
        if (rest[negative ? 1 : 0].Kind == TokenKind.Currency)
        {
            unit = rest[negative ? 1 : 0].Text;
            rest.RemoveAt(negative ? 1 : 0);
        }
        else if (rest[^1].Kind == TokenKind.Currency)
        {
            unit = rest[^1].Text;
            rest.RemoveAt(rest.Count - 1);
        }

        int nouns = UnitStart(rest);
        if (nouns < rest.Count)
        {
            if (UnitWords(rest[nouns..]) is not { } words)
            {
                return null;
            }

            string? after = Units.Normalize(words);
            percent = after == "percent";
            if (!percent && after is not null)
            {
                if (unit is not null && unit != after)
                {
                    return null;
                }

                unit = after;
            }

            rest.RemoveRange(nouns, rest.Count - nouns);
        }

        if (rest.Count > 0 && rest[^1].Is("%"))
        {
            percent = true;
            rest.RemoveAt(rest.Count - 1);
        }

        if (rest.Count == 0)
        {
            return null;
        }

        if (Infinity(tokens) is { } infinite)
        {
            return new(infinite);
        }

        if (ExpressionParser.Read(rest) is not { } value)
        {
            return null;
        }

        if (value is Operation { Name: OperationName.Multiply, Arguments: [var angle, Symbol { Name: ExpressionParser.Degree }] })
        {
            return new(angle, unit is null or Units.Degree ? Units.Degree : null, percent);
        }

        return new(value, unit, percent);
    }

    private static Expression? Infinity(ReadOnlySpan<MathToken> tokens) => tokens.Length > 2 ? null : string.Join(' ', tokens.ToArray().Select(t => t.Text.ToLowerInvariant())) switch
    {
        "infinity" or "positive infinity" => new Constant(ConstantName.Infinity),
        "negative infinity" => new Operation(OperationName.Negate, new Constant(ConstantName.Infinity)),
        _ => null,
    };

    // The first token of the noun at the end; the count where there is none.
    private static int UnitStart(List<MathToken> tokens)
    {
        for (int i = 1; i < tokens.Count; i++)
        {
            MathToken token = tokens[i];
            bool afterNumber = tokens[i - 1].Kind == TokenKind.Number || tokens[i - 1].Is("}") || tokens[i - 1].Is(")") || tokens[i - 1].Is("%") || tokens[i - 1].IsCommand("pi");
            if (token.Kind == TokenKind.Text
                || (token.Kind == TokenKind.Word && token.AfterSpace && afterNumber && Units.IsWord(token.Text) && token.Text is not ("sqrt" or "pi"))
                || (token.Kind == TokenKind.Word && tokens[i - 1].Kind == TokenKind.Number && Units.IsWord(token.Text) && token.Text.Length == 2)
                || (token.Kind == TokenKind.Letter && token.AfterSpace && i == 1 && tokens[0].Kind == TokenKind.Number && Units.IsLetter(token.Text) && (tokens.Count == 2 || tokens[2].Is("^"))))
            {
                return i;
            }
        }

        return tokens.Count;
    }

    private static List<string>? UnitWords(List<MathToken> tokens)
    {
        List<string> words = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            MathToken token = tokens[i];
            if (token.IsWords || token.Kind == TokenKind.Letter)
            {
                words.AddRange(token.Text.Split([' ', '.'], StringSplitOptions.RemoveEmptyEntries).SelectMany(w => w.Replace("/", " / ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
            else if (token.Is("/"))
            {
                words.Add("/");
            }
            else if (token.Is("^"))
            {
                bool braces = i + 3 < tokens.Count && tokens[i + 1].Is("{") && tokens[i + 3].Is("}");
                int at = i + (braces ? 2 : 1);
                if (at >= tokens.Count || tokens[at].Kind != TokenKind.Number)
                {
                    return null;
                }

                words.Add("^" + tokens[at].Text);
                i = at + (braces ? 1 : 0);
            }
            else if (!token.Is(".") && !token.Is("{") && !token.Is("}"))
            {
                return null;
            }
        }

        const int MostWords = 6;
        return words.Count <= MostWords && words.All(w => w[0] is '^' or '/' || w.All(char.IsLetter)) ? words : null;
    }

    [GeneratedRegex(@"\\(text|textbf|mathrm|mathbf|mbox|textrm|textit|boldsymbol|operatorname)\b")]
    private static partial Regex TextCommand();

    [GeneratedRegex(@"^(?:(?:option|choice|answer)\s*)?[\(\[]?\s*(?<letter>[A-Za-z])\s*[\)\]]?\s*[.:]?$", RegexOptions.IgnoreCase)]
    private static partial Regex ChoiceText();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
