using System.Buffers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification;

/// <summary>Reads answers by GSM8K's official rule, <c>#### (\-?[0-9\.\,]+)</c>, for any marker.</summary>
internal static class MarkedAnswer
{
    private static readonly SearchValues<char> AnswerCharacters = SearchValues.Create("0123456789.,");

    /// <summary>Finds the marked answer; false where there is none.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="marker">What stands before the answer and one space.</param>
    /// <param name="occurrence">Which of several counts.</param>
    /// <param name="value">Its value; null where what is marked (<c>1.2.3</c>, a comma) is no number.</param>
    public static bool TryFind(string text, string marker, MarkerOccurrence occurrence, out ExactNumber? value)
    {
        bool last = occurrence == MarkerOccurrence.Last;
        for (int at = Next(last ? text.Length : -1); at >= 0; at = Next(at))
        {
            ReadOnlySpan<char> after = text.AsSpan(at + marker.Length);
            if (after.StartsWith(" ") && Length(after[1..]) is > 0 and var length)
            {
                value = Parse(after.Slice(1, length));
                return true;
            }
        }

        value = null;
        return false;

        int Next(int from) => last ? text.AsSpan(0, from).LastIndexOf(marker) : text.IndexOf(marker, from + 1, StringComparison.Ordinal);
    }

    /// <summary>The number of an answer in that form: sign, digits, one point, commas anywhere and dropped.</summary>
    public static ExactNumber? Parse(ReadOnlySpan<char> answer)
    {
        bool negative = answer.StartsWith("-");
        ExactNumber? value = ExactNumber.FromDigits((negative ? answer[1..] : answer).TrimEnd('.'));
        return negative ? -value : value;
    }

    private static int Length(ReadOnlySpan<char> text)
    {
        int sign = text.StartsWith("-") ? 1 : 0;
        int end = text[sign..].IndexOfAnyExcept(AnswerCharacters);
        end = end < 0 ? text.Length : end + sign;
        return end > sign ? end : 0;
    }
}
