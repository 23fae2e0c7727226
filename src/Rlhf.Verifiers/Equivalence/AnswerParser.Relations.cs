namespace Rlhf.Verification.Equivalence;

/// <content>Equations, inequalities and operations on sets.</content>
internal sealed partial class AnswerParser
{
    private static bool IsRelation(MathToken token) => IsInequality(token) || token.Is("=") || token.IsCommand("in") || IsUncomputed(token);

    private static bool IsUncomputed(MathToken token) => token.Kind == TokenKind.Command && MathCommands.Relations.Contains(token.Text);

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
                && Element(tokens[(places[0] + 1)..])
                    is { } set
                        and (not ValueAnswer or ValueAnswer { Value: Symbol { Name: ['\\', 'm', 'a', 't', ..] } })
                ? set
                : null;
        }

        if (places.Count >= MaxSides || TokenSpans.Split(tokens, IsRelation) is not { } parts)
        {
            return null;
        }

        MathToken[] all = tokens.ToArray();
        if (places.Exists(p => IsUncomputed(all[p])))
        {
            return
                places is [var place]
                && (Element(parts[0]) ?? Named(parts[0])) is { } left
                && (Element(parts[1]) ?? Named(parts[1])) is { } right
                ? Statement(all[place].Text, left, right)
                : null;
        }

        if (places.All(p => all[p].Is("=")))
        {
            if (parts.Count == 2 && (Place(parts[0], parts[1]) ?? Place(parts[1], parts[0])) is { } point)
            {
                return point;
            }

            EquationSide[] sides = [.. parts.Select(p => new EquationSide(Name(p), Element(p) ?? Named(p), Letter(p)))];
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
        return new([new(name, null), new(null, tuple with { Elements = [.. order.Select(i => tuple.Elements[i])], Name = name })]);
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
