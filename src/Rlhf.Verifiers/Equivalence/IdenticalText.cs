using System.Text.RegularExpressions;

namespace Rlhf.Verification.Equivalence;

/// <summary>Whether a text that is repeated letter by letter says the same: all do, but for what is empty, cut off, undefined or code.</summary>
internal static partial class IdenticalText
{
    // A command without all of its arguments.
    [GeneratedRegex(
        @"\\([dtc]?frac|[dt]?binom|sqrt|text|mathrm|mathbf|boxed|overline|vec|hat)\s*$|\\([dtc]?frac|[dt]?binom)\s*(\{[^{}]*\}|\d)\s*$"
    )]
    private static partial Regex Unfinished();

    // What may have no value: it has to be read.
    [GeneratedRegex(@"/|\\[dtc]?frac|\\over|\\div|÷|infty|∞|\\?(log|ln|lg|tan|cot|sec|csc)|\^\s*\{?\s*[-−]|\*\*")]
    private static partial Regex MayBeUndefined();

    /// <summary>Whether two texts are the same but for the spaces around them.</summary>
    public static bool Is(string reference, string answer) =>
        reference.AsSpan().Trim().Equals(answer.AsSpan().Trim(), StringComparison.Ordinal);

    /// <summary>Whether a text is a whole answer, whatever it says.</summary>
    public static bool IsWhole(string text) => AnswerText.Clean(text) is { } clean && !Unfinished().IsMatch(clean) && IsClosed(clean);

    /// <summary>Whether a text has to be read before it is known to have a value.</summary>
    public static bool NeedsReading(string text) => MayBeUndefined().IsMatch(text);

    // Every bracket that opens closes, and neither end is an operator's.
    private static bool IsClosed(string text)
    {
        int braces = 0,
            brackets = 0,
            pairs = 0;
        for (int i = 0; i < text.Length && braces >= 0 && brackets >= 0 && pairs >= 0; i++)
        {
            switch (text[i])
            {
                case '\\':
                    ReadOnlySpan<char> rest = text.AsSpan(i + 1);
                    pairs +=
                        rest.StartsWith("left") && !rest.StartsWith("leftarrow") && !rest.StartsWith("leftright")
                        || rest.StartsWith("begin")
                            ? 1
                        : rest.StartsWith("right") && !rest.StartsWith("rightarrow") && !rest.StartsWith("rightleft")
                        || rest.StartsWith("end")
                            ? -1
                        : 0;

                    // A brace or backslash after one is no bracket's.
                    i += rest.Length > 0 && rest[0] is '{' or '}' or '\\' ? 1 : 0;
                    break;
                case '{':
                    braces++;
                    break;
                case '}':
                    braces--;
                    break;
                case '(' or '[':
                    brackets++;
                    break;
                case ')' or ']':
                    brackets--;
                    break;
            }
        }

        char last = text[^1];
        bool endsOpen =
            last is '\\' or '^' or '_' or '*' or '/' or '=' or '<' or ',' or '&'
            || (last is '+' or '-' && (text.Length < 2 || !(char.IsLetter(text[^2]) || text[^2] == '^')));
        return braces == 0
            && brackets == 0
            && pairs == 0
            && !endsOpen
            && text[0] is not ('_' or '*' or '/' or ',')
            && !(text[0] == '^' && !text.StartsWith("^{", StringComparison.Ordinal));
    }
}
