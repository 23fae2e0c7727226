namespace Rlhf.Verification.Equivalence;

/// <content>Answers that stand beside one another.</content>
internal sealed partial class AnswerParser
{
    // Elements of a list without brackets.
    private static Answer? List(ReadOnlySpan<MathToken> tokens)
    {
        // p ∧ q is one statement.
        if (TokenSpans.IndexOf(tokens, IsLogic) >= 0 && SetAlgebra.Read(tokens) is { } statement)
        {
            return new ValueAnswer(statement);
        }

        if (TokenSpans.Split(tokens, IsSeparator) is not { } parts)
        {
            return null;
        }

        if (parts.Exists(IsDots))
        {
            return Sequence(parts);
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

        // x = 2πk, k ∈ ℤ: the last only says what k is.
        if (parts.Count > 1 && parts[^1] is [{ Kind: TokenKind.Letter } letter, var member, ..] && member.IsCommand("in"))
        {
            return
                parts[..^1].Exists(p => Array.Exists(p, t => t.Kind == TokenKind.Letter && t.Text == letter.Text))
                && elements[^1] is ValueAnswer { Value: Symbol { Name: "\\mathbb Z" } }
                && elements.Count == parts.Count
                ? new ConditionalAnswer(
                    elements.Count == 2 ? elements[0] : new ListAnswer(elements[..^1], IsSet: false),
                    elements[^1],
                    letter.Text,
                    IsAlways: true
                )
                : null;
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

        return Assignments(elements, any)
            ?? new ListAnswer(
                elements,
                IsSet: false,
                Join: any ? "or"
                    : separators.Any(s => s.IsWords) ? "and"
                    : null
            );
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
                ? new ListAnswer([sides[0].Value!, .. elements.Skip(1)], IsSet: false, sides[0].Name)
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
                ? new ListAnswer([.. sides.Select(s => s.Value!)], IsSet: false, names[0].Split('_')[0])
            : names.Length == sides.Length && !any && LetterOrder.Of(names, together: false) is { } order
                ? new TupleAnswer("(", ")", [.. order.Select(i => sides[i].Value!)], $"({string.Join(',', order.Select(i => names[i]))})")
            : null;
    }

    private static bool IsLogic(MathToken token) => token.Kind == TokenKind.Command && token.Text is "land" or "lor" or "neg";

    private static bool IsSeparator(MathToken token) =>
        token.Is(",")
        || token.Is(";")
        || token.IsCommand("lor")
        || token.IsCommand("land")
        || (
            token.IsWords
            && (token.Text.Equals("and", StringComparison.OrdinalIgnoreCase) || token.Text.Equals("or", StringComparison.OrdinalIgnoreCase))
        );
}
