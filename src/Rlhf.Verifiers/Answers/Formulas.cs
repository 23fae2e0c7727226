using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>Formulas of a running text without their delimiters.</summary>
internal static partial class Formulas
{
    /// <summary>The text of a run in which each formula has lost its delimiters; of lines that are aligned the last one is left.</summary>
    public static string Bare(string text, IReadOnlyList<ProseToken> tokens, ValueRun run)
    {
        StringBuilder bare = new();
        int at = tokens[run.First].Start;
        for (int i = run.First; i <= run.Last; i++)
        {
            ProseToken token = tokens[i];
            if (token.Kind == ProseKind.Formula && Delimiters(text.AsSpan(token.Start..token.End)) is > 0 and var length)
            {
                bare.Append(text, at, token.Start - at).Append(LastLine(text[(token.Start + length)..(token.End - length)]));
                at = token.End;
            }
        }

        return bare.Append(text, at, tokens[run.Last].End - at).ToString().Trim();
    }

    private static int Delimiters(ReadOnlySpan<char> formula) =>
        formula.StartsWith("$$") || formula.StartsWith("\\(") || formula.StartsWith("\\[") ? (formula.Length >= 4 ? 2 : 0)
        : formula.StartsWith("$") && formula.Length >= 2 ? 1
        : 0;

    private static string LastLine(string formula)
    {
        if (!Aligned().IsMatch(formula))
        {
            return formula;
        }

        string[] lines = Aligned()
            .Replace(formula, "")
            .Replace("&", "", StringComparison.Ordinal)
            .Split("\\\\", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "" : lines[^1];
    }

    [GeneratedRegex(@"\\(begin|end)\{(align|aligned|gather|gathered|split|eqnarray)\*?\}", RegexOptions.NonBacktracking)]
    private static partial Regex Aligned();
}
