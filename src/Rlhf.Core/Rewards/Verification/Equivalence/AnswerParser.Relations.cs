namespace Rlhf.Rewards.Verification.Equivalence;

/// <content>Equations, inequalities and operations on sets.</content>
internal sealed partial class AnswerParser
{
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
            EquationSide[] sides = [.. parts.Select(p => new EquationSide(Name(p), Element(p)))];
            return sides.All(s => s.Name is not null || s.Content is not null) ? new EquationAnswer(sides) : null;
        }

        return places.All(p => IsInequality(all[p]))
            ? Inequalities.Solve([.. parts.Select(p => ExpressionParser.Read(p))], [.. places.Select(p => all[p].Text)])
            : null;
    }

    // A letter, f(x), a pair of letters, or words: what an equation may define.
    private static string? Name(ReadOnlySpan<MathToken> tokens)
    {
        MathToken[] all = tokens.ToArray();
        if (all.Length > 0 && all.All(t => t.IsWords))
        {
            return string.Join(' ', all.Select(t => t.Text.ToLowerInvariant()));
        }

        // f(x), f'(x), f^{-1}(x)
        if (
            all is [{ Kind: TokenKind.Letter }, .. var mark, { Text: "(" }, { Kind: TokenKind.Letter }, { Text: ")" }]
            && string.Concat(mark.Select(t => t.Text)) is "" or "'" or "''" or "^{-1}"
        )
        {
            return string.Concat(all.Select(t => t.Text));
        }

        if (all is [{ Kind: TokenKind.Command, Text: "angle" }, { Kind: TokenKind.Letter or TokenKind.Word }])
        {
            return "angle " + all[1].Text;
        }

        if (
            all.Length >= 5
            && all.Length % 2 == 1
            && all[0].Is("(")
            && all[^1].Is(")")
            && all[1..^1].Select((t, i) => i % 2 == 0 ? t.Kind == TokenKind.Letter : t.Is(",")).All(fits => fits)
        )
        {
            return string.Concat(all.Select(t => t.Text));
        }

        return ExpressionParser.Read(all) is Symbol symbol ? symbol.Name : null;
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
