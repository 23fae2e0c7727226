namespace Rlhf.Rewards.Verification.Equivalence;

/// <content>Equations, inequalities and operations on sets.</content>
internal sealed partial class AnswerParser
{
    // Before a number in brackets other letters multiply it.
    private const string FunctionLetters = "fghpqFGHPQTSVNE";

    private static bool IsRelation(MathToken token) => IsInequality(token) || token.Is("=") || token.IsCommand("in");

    private static bool IsInequality(MathToken token) =>
        token.Is("<") || token.Is(">") || (token.Kind == TokenKind.Command && token.Text is "le" or "ge" or "lt" or "gt" or "ne");

    private static bool IsSetOperation(MathToken token) => token.Kind == TokenKind.Command && token.Text is "cup" or "cap" or "setminus";

    private static Answer? Relation(ReadOnlySpan<MathToken> tokens, List<int> places)
    {
        const int MaxSides = 20;
        MathToken first = tokens[places[0]];
        if (first.IsCommand("in"))
        {
            // x ∈ S says S.
            return
                places.Count == 1
                && Name(tokens[..places[0]]) is not null
                && Element(tokens[(places[0] + 1)..]) is { } set and not ValueAnswer
                ? set
                : null;
        }

        if (places.Count >= MaxSides || TokenSpans.Split(tokens, IsRelation) is not { } parts)
        {
            return null;
        }

        MathToken[] all = tokens.ToArray();
        if (places.All(p => all[p].Is("=")))
        {
            if (parts.Count == 2 && (Place(parts[0], parts[1]) ?? Place(parts[1], parts[0])) is { } place)
            {
                return place;
            }

            EquationSide[] sides = [.. parts.Select(p => new EquationSide(Name(p), Element(p)))];
            return sides.All(s => s.Name is not null || s.Content is not null) ? new EquationAnswer(sides) : null;
        }

        return places.All(p => IsInequality(all[p]))
            ? Inequalities.Solve([.. parts.Select(p => ExpressionParser.Read(p))], [.. places.Select(p => all[p].Text)])
            : null;
    }

    // (x, y) = (1, 2) is the point, with its coordinates in the order of the letters.
    private static EquationAnswer? Place(ReadOnlySpan<MathToken> left, ReadOnlySpan<MathToken> right)
    {
        if (
            Names(left) is not { } names
            || Names(right) is not null
            || Element(right) is not TupleAnswer tuple
            || tuple.Elements.Count != names.Length
            || LetterOrder.Of(names, together: true) is not { } order
        )
        {
            return null;
        }

        string name = $"({string.Join(',', order.Select(i => names[i]))})";
        return new([new(name, null), new(null, tuple with { Elements = [.. order.Select(i => tuple.Elements[i])] })]);
    }

    // Different letters in one pair of brackets.
    private static string[]? Names(ReadOnlySpan<MathToken> tokens)
    {
        if (tokens.Length < 5 || !tokens[0].Is("(") || !tokens[^1].Is(")"))
        {
            return null;
        }

        List<MathToken[]> parts = TokenSpans.Split(tokens[1..^1], t => t.Is(",")) ?? [];
        string[] names = [.. parts.Select(p => (ExpressionParser.Read(p) as Symbol)?.Name).OfType<string>().Distinct()];
        return names.Length > 1 && names.Length == parts.Count ? names : null;
    }

    // A letter, f(x), or words: what an equation may define.
    private static string? Name(ReadOnlySpan<MathToken> tokens)
    {
        MathToken[] all = tokens.ToArray();
        if (all.Length > 0 && all.All(t => t.IsWords))
        {
            return string.Join(' ', all.Select(t => t.Text.ToLowerInvariant()));
        }

        // f(x), f'(x), f^{-1}(x), f(2)
        if (
            all
                is [
                    { Kind: TokenKind.Letter },
                    .. var mark,
                    { Text: "(" },
                    { Kind: TokenKind.Letter or TokenKind.Number } at,
                    { Text: ")" },
                ]
            && (at.Kind == TokenKind.Letter || FunctionLetters.Contains(all[0].Text, StringComparison.Ordinal))
            && string.Concat(mark.Select(t => t.Text)) is "" or "'" or "''" or "^{-1}"
        )
        {
            return string.Concat(all.Select(t => t.Text));
        }

        // ∠ABC, and m∠ABC for its measure
        MathToken[] bare = all is [{ Text: "m" }, { Kind: TokenKind.Command, Text: "angle" }, ..] ? all[1..] : all;
        if (bare is [{ Kind: TokenKind.Command, Text: "angle" }, { Kind: TokenKind.Letter or TokenKind.Word }])
        {
            return "angle " + bare[1].Text;
        }

        return ExpressionParser.Read(all) is Symbol symbol ? symbol.Name : null;
    }

    // {x | x > 3}, {x ∈ ℝ : x ≠ 2}: the letter is bound.
    private static RealSetAnswer? Builder(ReadOnlySpan<MathToken> inside)
    {
        if (TokenSpans.Operators(inside, t => t.Is("|") || t.Is(":")) is not [var bar and > 0, ..])
        {
            return null;
        }

        ReadOnlySpan<MathToken> letter = inside[..bar];
        if (TokenSpans.Operators(letter, t => t.IsCommand("in")) is [var of])
        {
            if (Special(letter[(of + 1)..]) is not RealSetAnswer)
            {
                return null;
            }

            letter = letter[..of];
        }

        return
            ExpressionParser.Read(letter.ToArray()) is Symbol { Name: var name }
            && List(inside[(bar + 1)..]) is RealSetAnswer { Variable: { } variable } set
            && variable == name
            ? set with
            {
                Variable = null,
            }
            : null;
    }

    private static RealSetAnswer? SetOperation(ReadOnlySpan<MathToken> tokens, List<int> places)
    {
        if (
            places.Count > MostSets
            || TokenSpans.Split(tokens, IsSetOperation) is not { } parts
            || Element(parts[0]) is not { } first
            || AnswerComparer.RealSet(first) is not { } set
        )
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
}
