using System.Collections.Immutable;

namespace Rlhf.Verification.Equivalence;

/// <content>Conditions, congruences, implications and reactions: what stands around answers.</content>
internal sealed partial class AnswerParser
{
    private static readonly ImmutableHashSet<string> Conditions = ["for", "where", "when", "whenever", "provided"];

    // "for all real numbers x" is no condition.
    private static readonly ImmutableHashSet<string> Quantifiers =
    [
        "for",
        "all",
        "every",
        "any",
        "each",
        "real",
        "complex",
        "number",
        "numbers",
        "value",
        "values",
        "of",
    ];

    // f(x) = 2x for all x; n = 2^k for k ≥ 1; ∀x > 0, f(x) = 0.
    private static ConditionalAnswer? Conditional(List<MathToken> tokens)
    {
        List<int> begins = TokenSpans.Operators([.. tokens], BeginsCondition);
        if (begins.Count == 0)
        {
            return null;
        }

        int begin = begins[0],
            comma = begin > 0 ? -1 : TokenSpans.Operators([.. tokens], t => t.Is(",")).DefaultIfEmpty(-1).First();
        List<MathToken> main = begin > 0 ? tokens[..begin] : tokens[(comma + 1)..],
            condition = begin > 0 ? tokens[begin..] : tokens[..Math.Max(comma, 0)];
        main = main.Count > 0 && main[^1].Is(",") ? main[..^1] : main;
        if (main.Count == 0 || condition.Count == 0 || Denies(main) || List([.. main]) is not { } answer)
        {
            return null;
        }

        List<MathToken> rest =
        [
            .. condition.SkipWhile(t =>
                t.IsCommand("forall")
                || (t.IsWords && AnswerWords.Words(t.Text).All(w => Quantifiers.Contains(w) || Conditions.Contains(w)))
            ),
        ];
        bool always =
            (condition[0].IsCommand("forall") || AnswerWords.Words(condition[0].Text).First() == "for")
            && condition.TrueForAll(t => !t.IsWords || AnswerWords.Words(t.Text).All(Quantifiers.Contains))
            && (
                rest is [{ Kind: TokenKind.Letter }]
                || (
                    rest is [{ Kind: TokenKind.Letter }, var member, ..]
                    && member.IsCommand("in")
                    && Element([.. rest[2..]]) is RealSetAnswer line
                    && RealSets.AreEqual(line.Pieces, [RealSets.Line])
                )
            );
        return new(answer, rest.Count > 0 && !Denies(rest) ? List([.. rest]) : null, Saying(condition) ?? "", always);
    }

    private static bool BeginsCondition(MathToken token) =>
        token.IsCommand("forall")
        || (token.IsWords && AnswerWords.Words(token.Text).FirstOrDefault() is { } first && Conditions.Contains(first));

    // n ≡ 1 (mod 4): the modulus is said once, at the end.
    private static CongruenceAnswer? Congruence(List<MathToken> tokens)
    {
        int at = tokens.FindIndex(t => t.IsCommand("pmod") || IsModulo(t));
        bool brackets = at > 0 && IsModulo(tokens[at]) && tokens[at - 1].Is("(") && tokens[^1].Is(")");
        bool congruent = tokens.Exists(t => t.IsCommand("equiv") || t.IsCommand("nequiv"));
        if (at < 1 || !(tokens[at].IsCommand("pmod") || brackets || congruent))
        {
            return null;
        }

        List<MathToken> of = brackets ? tokens[(at + 1)..^1] : tokens[(at + 1)..],
            before = tokens[..(brackets ? at - 1 : at)];
        before = before.Count > 0 && before[^1].Is(",") ? before[..^1] : before;
        if (ExpressionParser.Read(of) is not { } modulus || Denies(before) || before.Count == 0)
        {
            return null;
        }

        Expression? left = null;
        List<Expression> remainders = [];
        foreach (MathToken[] part in TokenSpans.Split([.. before], IsSeparator) ?? [])
        {
            if (part.Length == 0)
            {
                continue;
            }

            List<int> signs = TokenSpans.Operators(part, t => t.IsCommand("equiv") || t.IsCommand("nequiv") || t.Is("="));
            Expression? named = signs is [var sign] ? ExpressionParser.Read(part[..sign]) : null;
            named = named is not null && part[signs[0]].IsCommand("nequiv") ? new Opaque("not", named) : named;
            if (
                signs.Count > 1
                || (
                    signs.Count == 1
                    && (named is null || (left is not null && !AnswerComparer.AreEqual(new ValueAnswer(left), new ValueAnswer(named))))
                )
                || ExpressionParser.Read(signs is [var from] ? part[(from + 1)..] : part) is not { } remainder
            )
            {
                return null;
            }

            left ??= named;
            remainders.Add(remainder);
        }

        return remainders.Count is > 0 and < MostSets ? new(left, remainders, modulus) : null;

        static bool IsModulo(MathToken token) =>
            token.IsCommand("bmod") || (token.IsWords && token.Text.Trim().ToLowerInvariant() is "mod" or "modulo");
    }

    // p ⇒ q, 2H_2 + O_2 → 2H_2O, a chain of them from left to right.
    private static StatementAnswer? Implication(List<MathToken> tokens)
    {
        const int MostArrows = 12;
        MathToken[] all = [.. tokens];
        List<int> arrows = TokenSpans.Operators(all, t => t.Kind == TokenKind.Command && MathCommands.Arrows.Contains(t.Text));
        if (arrows.Count is 0 or > MostArrows)
        {
            return null;
        }

        Answer? said = Side(all[..arrows[0]]);
        for (int i = 0; i < arrows.Count && said is not null; i++)
        {
            said = Side(all[(arrows[i] + 1)..(i + 1 < arrows.Count ? arrows[i + 1] : all.Length)]) is { } next
                ? Statement(all[arrows[i]].Text, said, next)
                : null;
        }

        return said as StatementAnswer;

        static Answer? Side(MathToken[] side) =>
            side.Length == 0 ? null
            : Denies([.. side]) ? Word(side)
            : List(side) ?? Named(side) ?? Word(side);

        // What is no formula is compared as the words it consists of.
        static ValueAnswer? Word(MathToken[] side) => Saying([.. side]) is { } words ? new(new Symbol("\"" + words)) : null;
    }

    // Of the two that point the other way, the sides change places.
    private static StatementAnswer Statement(string relation, Answer left, Answer right) =>
        relation switch
        {
            "gets" => new("to", right, left),
            "supset" => new("subset", right, left),
            "supseteq" => new("subseteq", right, left),
            "gg" => new("ll", right, left),
            _ => new(relation, left, right),
        };

    // A formula in which words stand for quantities: revenue - cost.
    private static ValueAnswer? Named(ReadOnlySpan<MathToken> tokens) =>
        ExpressionParser.Read(tokens.ToArray(), words: true) is { } named ? new(named) : null;

    // 1:2:3, 7:30 am
    private static RatioAnswer? Ratio(ReadOnlySpan<MathToken> tokens)
    {
        string? half = null;
        if (tokens.Length > 1 && tokens[^1].IsWords && tokens[^1].Text.Trim().ToLowerInvariant() is var said && said is "am" or "pm")
        {
            half = said;
            tokens = tokens[..^1];
        }

        if (TokenSpans.Split(tokens, t => t.Is(":")) is not { Count: > 1 and < MostSets } parts)
        {
            return null;
        }

        Answer?[] read = [.. parts.Select(p => Element(p))];
        return read.All(p => p is ValueAnswer) ? new(read!, half) : null;
    }

    // 1, 2, …, n
    private static SequenceAnswer? Sequence(List<MathToken[]> parts)
    {
        int dots = parts.FindIndex(IsDots);
        if (dots < 1 || parts.FindLastIndex(p => IsDots(p)) != dots)
        {
            return null;
        }

        Answer?[] before = [.. parts[..dots].Select(p => Element(p))],
            after = [.. parts[(dots + 1)..].Select(p => Element(p))];
        return before.All(e => e is not null) && after.All(e => e is not null) ? new(before!, after!, IsSet: false) : null;
    }

    private static bool IsDots(MathToken[] part) => part is [var dots] && dots.IsCommand("ldots");
}
