using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>What a run of expressions comes to: a relation sign ends an expression, so that of "17 − 3 = 14" it is 14.</summary>
internal static partial class ValueText
{
    private static readonly string[] Relations = ["\\approx", "\\equiv", "\\sim", "\\cong", "==", "=", "≈", "≡", "≅"];
    private static readonly string[] Comparisons = ["\\le", "\\ge", "\\ne", "\\lt", "\\gt", "\\in", "<", ">", "≤", "≥", "≠", "∈"];
    private static readonly string[] Arrows =
    [
        "\\Rightarrow",
        "\\rightarrow",
        "\\implies",
        "\\therefore",
        "\\Longrightarrow",
        "\\iff",
        "→",
        "⇒",
        "⟹",
        "∴",
    ];

    /// <summary>
    /// The result of a computation, or the whole run where it is none: several values, an inequality, an equation in letters, <c>x = 5</c>.
    /// </summary>
    /// <param name="run">A run's text, without delimiters.</param>
    /// <param name="keepEquation">Whether one equation of numbers stays whole, to be checked.</param>
    public static string Result(string run, bool keepEquation)
    {
        string text = run.Trim();
        List<Place> places = Places(text);
        if (places.FindLast(p => p.Kind == Sign.Arrow) is { Length: > 0 } arrow && !string.IsNullOrWhiteSpace(text[arrow.End..]))
        {
            (text, places) = (text[arrow.End..], [.. places.Where(p => p.At >= arrow.End).Select(p => p with { At = p.At - arrow.End })]);
        }

        // "3 + 4 = 7, 7 * 2 = 14": the last of several computations.
        if (places.FindLast(p => p.Kind == Sign.Joiner) is { Length: > 0 } joiner)
        {
            Place equals = places.Find(p => p.Kind == Sign.Relation && p.At > joiner.At);
            if (equals.Length == 0 || !IsComputed(text[joiner.End..equals.At]))
            {
                return text.Trim();
            }

            (text, places) = (
                text[joiner.End..],
                [.. places.Where(p => p.At >= joiner.End).Select(p => p with { At = p.At - joiner.End })]
            );
        }

        List<Place> equal = [.. places.Where(p => p.Kind == Sign.Relation)];
        if (equal.Count == 0 || places.Exists(p => p.Kind == Sign.Comparison))
        {
            return text.Trim();
        }

        // "≈ 5" says about how much it is.
        if (equal[0].At == 0 && text[0] != '=')
        {
            return text.Trim();
        }

        // "2/3 ≈ 0.667" states the first.
        if (keepEquation && equal.Find(p => text[p.At] is '≈' || text.AsSpan(p.At).StartsWith("\\approx")) is { Length: > 0 } about)
        {
            return Result(text[..about.At], keepEquation);
        }

        string left = text[..equal[0].At].Trim(),
            right = text[equal[^1].End..].Trim();
        if (right.Length == 0)
        {
            return text.Trim();
        }

        if (Name().IsMatch(left))
        {
            return equal.Count == 1 ? text.Trim() : $"{left} = {right}";
        }

        bool one = equal.Count == 1;
        return left.Length == 0 || (!one && !keepEquation) ? right
            : IsComputed(left) ? (keepEquation ? text.Trim() : right)
            : Call().IsMatch(left) ? right
            : text.Trim();
    }

    // Whether a side has no letters of its own: numbers, signs, functions, units.
    private static bool IsComputed(string side) => side.Any(char.IsDigit) && !Letter().IsMatch(Command().Replace(side, " "));

    private static List<Place> Places(string text)
    {
        List<Place> places = [];
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '(' or '[' or '{' or ')' or ']' or '}')
            {
                depth = Math.Max(0, depth + (c is '(' or '[' or '{' ? 1 : -1));
                continue;
            }

            if (depth > 0)
            {
                i += c == '\\' ? 1 : 0;
                continue;
            }

            ReadOnlySpan<char> rest = text.AsSpan(i);
            Place place =
                Match(rest, Arrows) is > 0 and var arrow ? new(Sign.Arrow, i, arrow)
                : Match(rest, Comparisons) is > 0 and var comparison ? new(Sign.Comparison, i, comparison)
                : Match(rest, Relations) is > 0 and var relation ? new(Sign.Relation, i, relation)
                : Joiner(text, i) is > 0 and var joiner ? new(Sign.Joiner, i, joiner)
                : default;
            if (place.Length > 0)
            {
                places.Add(place);
                i += place.Length - 1;
            }
            else if (c == '\\')
            {
                i++;
            }
        }

        return places;
    }

    // A command ends where its letters do: \le is none of \left.
    private static int Match(ReadOnlySpan<char> rest, string[] signs)
    {
        foreach (string sign in signs)
        {
            if (rest.StartsWith(sign) && (sign[0] != '\\' || rest.Length == sign.Length || !IsLongerName(rest, sign.Length)))
            {
                return sign.Length;
            }
        }

        return 0;
    }

    // \leq, \geq and \neq are the same signs as \le, \ge and \ne.
    private static bool IsLongerName(ReadOnlySpan<char> rest, int length) =>
        char.IsAsciiLetter(rest[length]) && !(rest[length] == 'q' && (rest.Length == length + 1 || !char.IsAsciiLetter(rest[length + 1])));

    private static int Joiner(string text, int at)
    {
        if (text[at] is ',' or ';' or ':')
        {
            bool within = at > 0 && char.IsDigit(text[at - 1]) && at + 1 < text.Length && char.IsDigit(text[at + 1]);
            return text[at] == ',' && within ? 0 : 1;
        }

        bool begins = at == 0 || !char.IsLetter(text[at - 1]);
        foreach (string word in (string[])["or", "and"])
        {
            if (
                begins
                && text.AsSpan(at).StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && !(at + word.Length < text.Length && char.IsLetter(text[at + word.Length]))
            )
            {
                return word.Length;
            }
        }

        return text.AsSpan(at).StartsWith("\\quad") ? 5
            : text.AsSpan(at).StartsWith("\\qquad") ? 6
            : text.AsSpan(at).StartsWith("\\text{ or")
            || text.AsSpan(at).StartsWith("\\text{ and")
            || text.AsSpan(at).StartsWith("\\text{or")
            || text.AsSpan(at).StartsWith("\\text{and")
                ? 5
            : 0;
    }

    private enum Sign
    {
        None,
        Relation,
        Comparison,
        Arrow,
        Joiner,
    }

    private readonly record struct Place(Sign Kind, int At, int Length)
    {
        public int End => At + Length;
    }

    // x, x_1, f(x), f(2), P(A), words
    [GeneratedRegex(
        @"^(\\?[A-Za-z]+'*|[^\x00-\x7f])(_(\{[^{}]*\}|\w))?( ?\(\s*[\w.-]+\s*\))?$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^\\?[A-Za-z]+ ?(\(.*\)|\\left\(.*\\right\))$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline
    )]
    private static partial Regex Call();

    [GeneratedRegex(
        @"\\(text|mathrm|mbox|textbf|textit)\s*\{[^{}]*\}|\\[A-Za-z]+|\b(sin|cos|tan|log|ln|sqrt|pi|gcd|lcm|max|min|x(?= ?\d))\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Command();

    [GeneratedRegex(@"(^|[^\p{L}])\p{L}($|[^\p{L}])", RegexOptions.NonBacktracking)]
    private static partial Regex Letter();
}
