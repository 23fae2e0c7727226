using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>The letters of a multiple choice.</summary>
internal static partial class OptionLetter
{
    /// <summary>The letter of a response that is only the option of a choice: "B", "(B)", "B) 42"; null for any other.</summary>
    public static string? Alone(string text)
    {
        text = text.Trim();
        if (text.Length == 0 || text.Contains('\n', StringComparison.Ordinal))
        {
            return null;
        }

        Match match = Option().Match(text);
        return match.Success ? match.Groups["letter"].Value : null;
    }

    /// <summary>The letter that begins at a piece, as in <c>B</c>, <c>(B)</c>, <c>B. Note</c>, <c>B) 42</c> and <c>B because</c>, and its last piece.</summary>
    public static (string Text, int Last)? At(ValueRunReader reader, int at)
    {
        IReadOnlyList<ProseToken> tokens = reader.Tokens;
        bool bracket = tokens[at].Kind == ProseKind.Open;
        int letter = bracket ? at + 1 : at;
        if (letter >= tokens.Count || tokens[letter].Kind != ProseKind.Letter || !char.IsAsciiLetterUpper(reader.Text(letter)[0]))
        {
            return null;
        }

        string text = reader.Text(letter).ToString();
        if (bracket)
        {
            return
                letter + 1 < tokens.Count
                && reader.Text(letter + 1) is ")" or "]"
                && !(
                    letter + 2 < tokens.Count
                    && !tokens[letter + 2].Spaced
                    && tokens[letter + 2].Kind is ProseKind.Operator or ProseKind.Letter
                )
                ? (text, letter + 1)
                : null;
        }

        if (letter + 1 == tokens.Count)
        {
            return (text, letter);
        }

        ProseToken next = tokens[letter + 1];
        return next.Kind switch
        {
            ProseKind.Stop or ProseKind.Line or ProseKind.Close or ProseKind.Other => (text, letter),
            ProseKind.Joiner when reader.Text(letter + 1) is ":" or "," or ";" => IsAnotherLetter(reader, letter + 2)
                ? null
                : (text, letter),
            ProseKind.Word => AnswerCues.EndsAnswer(reader.Text(letter + 1))
            && text != "I"
            && !(text == "A" && reader.Text(letter + 1) is "total" or "given")
                ? (text, letter)
                : null,
            ProseKind.Open when next.Spaced && reader.Closing(letter + 1) is null => (text, letter),
            _ => null,
        };
    }

    // "A, B" are two.
    private static bool IsAnotherLetter(ValueRunReader reader, int at) =>
        at < reader.Tokens.Count
        && reader.Tokens[at].Kind == ProseKind.Letter
        && char.IsAsciiLetterUpper(reader.Text(at)[0])
        && (at + 1 == reader.Tokens.Count || reader.Tokens[at + 1].Kind is ProseKind.Stop or ProseKind.Line or ProseKind.Joiner);

    [GeneratedRegex(@"^(\((?<letter>[A-J])\)[.:]?( .*)?|(?<letter>[A-J])[).:]( .*)?|(?<letter>[A-J]))$", RegexOptions.NonBacktracking)]
    private static partial Regex Option();
}
