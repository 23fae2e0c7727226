namespace Rlhf.Verification.Equivalence;

/// <summary>
/// Reads sets, events and statements that are joined by name: <c>A ∩ (B ∪ C)</c>, <c>p ∧ ¬q</c>. Two are the same where they hold for the
/// same choices of their letters.
/// </summary>
internal ref struct SetAlgebra
{
    private const int MaxDepth = 40;

    private readonly ReadOnlySpan<MathToken> _tokens;
    private readonly bool _logic;
    private int _at;
    private int _depth;

    private SetAlgebra(ReadOnlySpan<MathToken> tokens, bool logic)
    {
        _tokens = tokens;
        _logic = logic;
    }

    /// <summary>The whole as one expression; null where the tokens are none, or only a letter.</summary>
    public static Expression? Read(ReadOnlySpan<MathToken> tokens)
    {
        bool logic = TokenSpans.IndexOf(tokens, t => t.Kind == TokenKind.Command && t.Text is "land" or "lor" or "neg") >= 0;
        SetAlgebra reader = new(tokens, logic);
        return reader.Union() is { } set && reader._at == tokens.Length && set is not Symbol && Table(set) is { } table
            ? new Symbol((logic ? "statement " : "set ") + table)
            : null;
    }

    // The letters that count, and for every choice of them whether it holds: equal for two that say the same.
    private static string? Table(Expression set)
    {
        const int MostLetters = 6;
        string[] letters = [.. set.Symbols().Distinct().Order(StringComparer.Ordinal)];
        if (letters.Length > MostLetters || set.Size > 200)
        {
            return null;
        }

        bool[] holds = new bool[1 << letters.Length];
        for (int choice = 0; choice < holds.Length; choice++)
        {
            MathValue value = new Evaluator().Evaluate(set, name => ExactNumber.FromInteger((choice >> Array.IndexOf(letters, name)) & 1));
            if (value.Exact is not { } known)
            {
                return null;
            }

            holds[choice] = known.Numerator.IsOne;
        }

        int[] counting =
        [
            .. Enumerable.Range(0, letters.Length).Where(l => Enumerable.Range(0, holds.Length).Any(c => holds[c] != holds[c ^ (1 << l)])),
        ];
        IEnumerable<bool> rows = Enumerable
            .Range(0, 1 << counting.Length)
            .Select(row => holds[counting.Select((l, i) => ((row >> i) & 1) << l).Sum()]);
        return string.Join(',', counting.Select(l => letters[l])) + " " + string.Concat(rows.Select(r => r ? '1' : '0'));
    }

    // A union of intersections; a difference stands between the two.
    private Expression? Union()
    {
        if (++_depth > MaxDepth)
        {
            return null;
        }

        Expression? set = Intersection();
        while (set is not null && (Take("cup", "lor") || Take("setminus", "setminus")))
        {
            bool removes = _tokens[_at - 1].IsCommand("setminus");
            set =
                Intersection() is not { } next ? null
                : removes ? new Operation(OperationName.Minimum, set, Complement(next))
                : new Operation(OperationName.Maximum, set, next);
        }

        _depth--;
        return set;
    }

    private Expression? Intersection()
    {
        Expression? set = Part();
        while (set is not null && Take("cap", "land"))
        {
            set = Part() is { } next ? new Operation(OperationName.Minimum, set, next) : null;
        }

        return set;
    }

    private Expression? Part()
    {
        bool negated = false;
        while (Take("neg", "neg"))
        {
            negated = !negated;
        }

        if (_at >= _tokens.Length)
        {
            return null;
        }

        MathToken token = _tokens[_at++];
        Expression? set = null;
        if (token.Kind == TokenKind.Letter)
        {
            bool indexed =
                _at + 1 < _tokens.Length && _tokens[_at].Is("_") && _tokens[_at + 1].Kind is TokenKind.Number or TokenKind.Letter;
            set = new Symbol(indexed ? $"{token.Text}_{_tokens[_at + 1].Text}" : token.Text);
            _at += indexed ? 2 : 0;
        }
        else if (token.Is("(") || token.Is("{"))
        {
            set = Union();
            set = set is not null && TakeSymbol(token.Is("(") ? ")" : "}") ? set : null;
        }
        else if (token.IsCommand("overline") && TakeSymbol("{"))
        {
            set = Union() is { } inside && TakeSymbol("}") ? Complement(inside) : null;
        }

        while (set is not null && IsComplement(out int length))
        {
            _at += length;
            set = Complement(set);
        }

        return set is not null && negated ? Complement(set) : set;
    }

    // A', A^c, A^{c}, A^\complement
    private readonly bool IsComplement(out int length)
    {
        ReadOnlySpan<MathToken> rest = _tokens[_at..];
        length =
            rest.Length > 0 && rest[0].Is("'") ? 1
            : rest.Length > 1 && rest[0].Is("^") && IsMark(rest[1]) ? 2
            : rest.Length > 3 && rest[0].Is("^") && rest[1].Is("{") && IsMark(rest[2]) && rest[3].Is("}") ? 4
            : 0;
        return length > 0;

        static bool IsMark(MathToken token) =>
            (token.Kind == TokenKind.Letter && token.Text is "c" or "C") || token.IsCommand("complement") || token.IsCommand("prime");
    }

    private static Operation Complement(Expression set) => new(OperationName.Subtract, new Number(ExactNumber.FromInteger(1)!.Value), set);

    private bool Take(string ofSets, string ofStatements)
    {
        bool fits = _at < _tokens.Length && _tokens[_at].IsCommand(_logic ? ofStatements : ofSets);
        _at += fits ? 1 : 0;
        return fits;
    }

    private bool TakeSymbol(string symbol)
    {
        bool fits = _at < _tokens.Length && _tokens[_at].Is(symbol);
        _at += fits ? 1 : 0;
        return fits;
    }
}
