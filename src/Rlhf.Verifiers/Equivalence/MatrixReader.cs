namespace Rlhf.Verification.Equivalence;

/// <summary>Reads LaTeX's matrix environments.</summary>
internal static class MatrixReader
{
    private static readonly Number MinusOne = new(ExactNumber.FromInteger(-1)!.Value);

    /// <summary>A matrix, whose entries a number before it multiplies; null where the tokens are none.</summary>
    /// <param name="tokens">To the name after <c>end</c>.</param>
    /// <param name="cell">Reads a cell.</param>
    public static MatrixAnswer? ReadScaled(ReadOnlySpan<MathToken> tokens, Func<MathToken[], Answer?> cell)
    {
        int begin = TokenSpans.IndexOf(tokens, t => t.IsCommand("begin"));
        if (begin <= 0)
        {
            return Read(tokens, cell);
        }

        ReadOnlySpan<MathToken> factor = tokens[..begin];
        if (factor[^1].IsCommand("cdot") || factor[^1].IsCommand("times"))
        {
            factor = factor[..^1];
        }

        if (
            (factor is [var sign] && sign.Is("-") ? MinusOne : ExpressionParser.Read(factor.ToArray())) is not { } scale
            || scale.Symbols().Any()
            || Read(tokens[begin..], cell) is not { IsDeterminant: false } matrix
            || !matrix.Rows.SelectMany(r => r).All(c => c is ValueAnswer { Unit: null, IsPercent: false })
        )
        {
            return null;
        }

        return matrix with
        {
            Rows = [.. matrix.Rows.Select(row => Times(scale, row))],
        };
    }

    /// <summary>The matrix; null where the tokens are none.</summary>
    /// <param name="tokens">From <c>begin</c> to the name after <c>end</c>.</param>
    /// <param name="cell">Reads a cell.</param>
    public static MatrixAnswer? Read(ReadOnlySpan<MathToken> tokens, Func<MathToken[], Answer?> cell)
    {
        if (
            tokens.Length < 8
            || !tokens[1].Is("{")
            || !tokens[2].IsWords
            || !tokens[3].Is("}")
            || !tokens[^4].IsCommand("end")
            || !tokens[^3].Is("{")
            || tokens[^2].Text != tokens[2].Text
            || !tokens[^1].Is("}")
        )
        {
            return null;
        }

        string kind = tokens[2].Text;
        ReadOnlySpan<MathToken> body = tokens[4..^4];
        if (kind == "array")
        {
            int close = body[0].Is("{") ? TokenSpans.IndexOf(body, t => t.Is("}")) : -1;
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
        foreach (MathToken[] row in TokenSpans.Split(body, t => t.Is("\\\\")) ?? [])
        {
            Answer?[] cells = [.. (TokenSpans.Split(row, t => t.Is("&")) ?? []).Select(cell)];
            if (cells.Any(c => c is null))
            {
                return null;
            }

            rows.Add(cells!);
        }

        return rows.Count > 0 ? new(rows, kind == "vmatrix") : null;
    }

    private static Answer[] Times(Expression scale, IReadOnlyList<Answer> row) =>
        [.. row.Select(c => new ValueAnswer(new Operation(OperationName.Multiply, scale, ((ValueAnswer)c).Value)))];
}
