namespace Rlhf.Text;

/// <summary>A box in a text: <c>\boxed{…}</c>, <c>\boxed 5</c> or <c>\fbox{…}</c>, which marks a final answer.</summary>
public sealed class BoxedText
{
    private static readonly string[] Commands = ["\\boxed", "\\fbox"];

    /// <summary>A box.</summary>
    /// <param name="text">What it holds; null for no answer.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">One past its last character.</param>
    public BoxedText(string? text, int start, int end) => (Text, Start, End) = (text, start, end);

    /// <summary>What it holds; null where it is not closed or holds nothing.</summary>
    public string? Text { get; }

    /// <summary>Where it begins.</summary>
    public int Start { get; }

    /// <summary>One past its last character.</summary>
    public int End { get; }

    /// <summary>What the last box of a text holds; null where there is none, it is not closed, or it holds nothing.</summary>
    /// <param name="text">Any text.</param>
    public static string? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LastBefore(text, text.Length)?.Text;
    }

    /// <summary>The last box that begins before a place; null where there is none.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="end">The place, from 0 to the text's length.</param>
    public static BoxedText? LastBefore(string text, int end)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> before = text.AsSpan(0, end);
        for (int at = before.LastIndexOf('\\'); at >= 0; at = before.LastIndexOf('\\'))
        {
            ReadOnlySpan<char> here = text.AsSpan(at);
            foreach (string command in Commands)
            {
                ReadOnlySpan<char> after = here.StartsWith(command) ? here[command.Length..] : [];
                if (!after.IsEmpty && !char.IsAsciiLetter(after[0]))
                {
                    ReadOnlySpan<char> braces = after.TrimStart();
                    after = braces.StartsWith("{") ? braces : after.TrimStart(' ');
                    string? held = after.StartsWith("{") ? Braced(after[1..]) : Word(after);
                    int close = text.Length - after.Length + (held is null ? 0 : held.Length + (after.StartsWith("{") ? 2 : 0));
                    return new(string.IsNullOrWhiteSpace(held) ? null : held.Trim(), at, close);
                }
            }

            before = before[..at];
        }

        return null;
    }

    /// <summary>Whether the text ends within its last box.</summary>
    public static bool IsCutOff(string text) =>
        Commands.Any(command =>
            text.LastIndexOf(command + "{", StringComparison.Ordinal) is >= 0 and var at
            && Braced(text.AsSpan(at + command.Length + 1)) is null
        );

    private static string? Braced(ReadOnlySpan<char> text)
    {
        int depth = 1;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++; // an escaped brace is a character of the answer
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return text[..i].ToString();
            }
        }

        return null;
    }

    private static string Word(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(" \t\r\n$");
        return (end < 0 ? text : text[..end]).TrimEnd(".,").ToString();
    }
}
