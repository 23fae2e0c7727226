using System.Text.RegularExpressions;
using Rlhf.Text;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>Finds what a whole response, outside its thoughts, gives as its answer.</summary>
/// <remarks>
/// In this order: what the last <c>&lt;answer&gt;</c> holds; what the last box holds; what the last statement ("the answer is …", a line with
/// a marker) says; the last value. What the response takes back afterwards is not its answer, nor is what it denies, supposes or asks.
/// </remarks>
internal static partial class FinalAnswer
{
    // Statements that are read, from the last one on: each is short, so that the work has a bound.
    private const int MostStatements = 20;
    private const int MostRetractions = 20;
    private const int MostBefore = 120;

    private const string AnswerOpen = "<answer>";
    private const string AnswerClose = "</answer>";

    /// <summary>The answer's text; null where there is none.</summary>
    /// <param name="response">A response outside its thoughts.</param>
    /// <param name="markers">What a line with the answer may begin with.</param>
    /// <param name="lastValue">Whether the last formula or number counts where nothing is boxed or stated.</param>
    public static string? Find(string response, IReadOnlyList<string> markers, bool lastValue)
    {
        string text = ResponseText.Plain(response);
        if (text.LastIndexOf(AnswerOpen, StringComparison.OrdinalIgnoreCase) is >= 0 and var open)
        {
            int begin = open + AnswerOpen.Length,
                close = text.IndexOf(AnswerClose, begin, StringComparison.OrdinalIgnoreCase);
            return close < 0 ? null : Tagged(text[begin..close], markers);
        }

        bool retracted = false;
        for (int i = 0; i < MostRetractions; i++)
        {
            (string? answer, int end) = BoxedOrStated(text, markers);
            if (end < 0)
            {
                // After "wait, no" whatever value comes last.
                return lastValue || retracted ? OptionLetter.Alone(text) ?? LastValue.Find(text) : null;
            }

            int takenBack = AnswerCues.Retraction(text, end);
            if (takenBack >= text.Length)
            {
                return answer;
            }

            (text, retracted) = (text[takenBack..], true);
        }

        return null;
    }

    /// <summary>What the last box of a response holds that the response does not take back; null where there is none.</summary>
    /// <param name="response">A response outside its thoughts.</param>
    public static string? FindBoxed(string response) =>
        BoxedAnswer.Last(response) is { Text: { } held } box && AnswerCues.Retraction(response, box.End) >= response.Length ? held : null;

    private static string? Tagged(string held, IReadOnlyList<string> markers) =>
        BoxedOrStated(held, markers) is { End: >= 0 } said ? said.Answer
        : string.IsNullOrWhiteSpace(held) ? null
        : held.Trim().Contains('\n', StringComparison.Ordinal) ? LastValue.Find(held)
        : StatedAnswer.Read(held.Trim(), 0, held.Trim().Length).Text;

    // The last box or statement, and where it ends; −1 for the end where there is none.
    private static (string? Answer, int End) BoxedOrStated(string text, IReadOnlyList<string> markers)
    {
        if (BoxedText.IsCutOff(text))
        {
            return (null, text.Length);
        }

        BoxedText? box = BoxedAnswer.Last(text);
        int from = box?.End ?? 0;
        foreach (Statement statement in Statements(text, from, markers))
        {
            StatedReading stated = StatedAnswer.Read(text, statement.From, statement.Until);
            if (!stated.IsStatement || (box is not null && stated.Text is null))
            {
                continue;
            }

            // A box and a later statement that say different things are two candidates; a choice's letter says which.
            string? answer =
                box?.Text is not { } boxed || stated.Text is [>= 'A' and <= 'Z'] ? stated.Text
                : MathEquivalence.AreEquivalent(boxed, stated.Text!) || MathEquivalence.AreEquivalent(stated.Text!, boxed) ? boxed
                : AnswerCues.Retraction(text, from) <= statement.At ? stated.Text
                : null;
            return (answer, Math.Min(text.Length, Math.Max(statement.At, statement.From + stated.Length)));
        }

        return box is { } last ? (last.Text, last.End) : (null, -1);
    }

    // Where answers are stated, the last one first.
    private static IEnumerable<Statement> Statements(string text, int from, IReadOnlyList<string> markers)
    {
        List<Statement> found =
        [
            .. AnswerIs().Matches(text, from).Select(m => new Statement(m.Index + m.Length, m.Index + m.Length, text.Length, m.Index)),
            .. AnswerLines.Find(text, markers).Where(at => at > from).Select(at => new Statement(at, at, text.Length, null)),
            .. IsTheAnswer()
                .Matches(text, from)
                .Select(m => new Statement(m.Index + m.Length, SentenceStart(text, from, m.Index), m.Index, null)),
        ];
        return found
            .OrderByDescending(s => s.At)
            .Take(MostStatements)
            .Where(s => s.Cue is not { } cue || !AnswerCues.IsSupposed(text, cue));
    }

    private static int SentenceStart(string text, int from, int end)
    {
        int begin = Math.Max(from, end - MostBefore);
        return begin + text.AsSpan(begin..end).LastIndexOfAny(".!?\n") + 1;
    }

    /// <summary>A place where an answer is stated.</summary>
    /// <param name="At">Where the statement stands.</param>
    /// <param name="From">Where its answer may begin.</param>
    /// <param name="Until">Where its answer ends at the latest.</param>
    /// <param name="Cue">Where "answer" stands that words before it may suppose or deny; null where none can.</param>
    private readonly record struct Statement(int At, int From, int Until, int? Cue);

    // "73 is the answer", "B is correct"
    [GeneratedRegex(
        @" (is|are) ((the|our|my) (final |correct |right |best )*(answer|option|choice)|correct)\b",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex IsTheAnswer();

    [GeneratedRegex(
        @"\b(final )?(answers?|ans|(correct|right|best) (option|choice))\**( \([^()\n]{1,40}\)|,? (to|for|of|in|here|then|thus|therefore|we|option|choice|i)( [a-z0-9']+){0,7},?)? ?\**( ?(=|:|：|→|->)|( (must|should|would|will|has to|have to|can only) be| comes (out )?to( be)?| turns out to be| equals| becomes| (is|are|was|were)\b))",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex AnswerIs();
}
