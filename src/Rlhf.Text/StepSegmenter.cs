using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Text;

/// <summary>Finds steps in the text of a response and the tokens that end them.</summary>
public static partial class StepSegmenter
{
    /// <summary>Cuts a text into steps; together they cover it. An empty text has none.</summary>
    /// <param name="text">A response without its end token.</param>
    /// <param name="options">What ends a step. <see cref="StepBoundary.Token"/> needs tokens: see <see cref="Locate"/>.</param>
    /// <exception cref="ArgumentException">The boundary is <see cref="StepBoundary.Token"/>.</exception>
    public static IReadOnlyList<StepSpan> Split(string text, StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        IEnumerable<(int Text, int End, bool Closed)> cuts = options.Boundary switch
        {
            StepBoundary.Delimiter => AtDelimiter(text, options.Delimiter),
            StepBoundary.Paragraph => AtMatches(text, BlankLines()),
            StepBoundary.NumberedStep => BeforeMatches(text, NumberedStepStart()),
            _ => throw new ArgumentException("Token steps come from tokens, not from text.", nameof(options)),
        };
        List<StepSpan> spans = [];
        int charStart = 0,
            byteStart = 0;
        foreach ((int textEnd, int end, bool closed) in cuts)
        {
            int byteEnd = byteStart + Encoding.UTF8.GetByteCount(text.AsSpan(charStart, end - charStart));
            spans.Add(new(byteStart, byteEnd, text[charStart..textEnd], closed));
            (charStart, byteStart) = (end, byteEnd);
        }

        return options.MergeBlank ? WithoutBlanks(spans) : spans;
    }

    /// <summary>Steps of a response given as tokens.</summary>
    /// <remarks>
    /// A step ends at the first token whose decoded text reaches the end of the step and its delimiter. Spans that end in one token
    /// merge into one step (its text then holds what stood between them), since BPE may merge a delimiter with what follows.
    /// The last step takes in whatever tokens remain, the end token included.
    /// </remarks>
    /// <param name="text">The response's text.</param>
    /// <param name="tokenEnds">For each token the number of UTF-8 bytes of text up to and including it; non-decreasing.</param>
    /// <param name="truncated">Whether the response was cut off, so that an unclosed last step is not complete.</param>
    /// <param name="options">What ends a step.</param>
    public static ResponseSteps Locate(string text, IReadOnlyList<int> tokenEnds, bool truncated, StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokenEnds);
        ArgumentNullException.ThrowIfNull(options);
        if (text.Length == 0 || tokenEnds.Count == 0)
        {
            return new([], [], []);
        }

        if (options.Boundary == StepBoundary.Token)
        {
            return TokenSteps(text, tokenEnds);
        }

        List<string> texts = [];
        List<int> ends = [];
        List<bool> complete = [];
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int token = 0;
        StepSpan before = default;
        foreach (StepSpan span in Split(text, options))
        {
            while (token < tokenEnds.Count - 1 && tokenEnds[token] < span.End)
            {
                token++;
            }

            bool finished = span.Closed || !truncated;
            if (ends.Count > 0 && ends[^1] == token)
            {
                texts[^1] += Delimiter(before, bytes) + span.Text;
                complete[^1] = finished;
            }
            else
            {
                texts.Add(span.Text);
                ends.Add(token);
                complete.Add(finished);
            }

            before = span;
        }

        ends[^1] = tokenEnds.Count - 1;
        return new(texts, ends, complete);
    }

    // What follows a step's text within its span: the delimiter, and blank segments that were joined to it.
    private static string Delimiter(StepSpan span, byte[] bytes)
    {
        string whole = Encoding.UTF8.GetString(bytes.AsSpan(span.Start..span.End));
        return whole[(whole.IndexOf(span.Text, StringComparison.Ordinal) + span.Text.Length)..];
    }

    private static ResponseSteps TokenSteps(string text, IReadOnlyList<int> tokenEnds)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int[] all = [.. Enumerable.Range(0, tokenEnds.Count)];
        int End(int token) => token < 0 ? 0 : Math.Min(bytes.Length, tokenEnds[token]);
        return new([.. all.Select(t => Encoding.UTF8.GetString(bytes.AsSpan(End(t - 1)..End(t))))], all, [.. all.Select(_ => true)]);
    }

    private static IEnumerable<(int Text, int End, bool Closed)> AtDelimiter(string text, string delimiter)
    {
        int start = 0;
        for (int at; (at = text.IndexOf(delimiter, start, StringComparison.Ordinal)) >= 0; start = at + delimiter.Length)
        {
            yield return (at, at + delimiter.Length, true);
        }

        if (start < text.Length)
        {
            yield return (text.Length, text.Length, false);
        }
    }

    private static IEnumerable<(int Text, int End, bool Closed)> AtMatches(string text, Regex boundary)
    {
        int start = 0;
        foreach (Match match in boundary.Matches(text))
        {
            yield return (match.Index, match.Index + match.Length, true);
            start = match.Index + match.Length;
        }

        if (start < text.Length)
        {
            yield return (text.Length, text.Length, false);
        }
    }

    private static IEnumerable<(int Text, int End, bool Closed)> BeforeMatches(string text, Regex beginning)
    {
        foreach (Match match in beginning.Matches(text))
        {
            if (match.Index > 0)
            {
                yield return (match.Index, match.Index, true);
            }
        }

        if (text.Length > 0)
        {
            yield return (text.Length, text.Length, false);
        }
    }

    private static List<StepSpan> WithoutBlanks(IReadOnlyList<StepSpan> spans)
    {
        List<StepSpan> kept = [];
        int? pendingStart = null;
        foreach (StepSpan span in spans)
        {
            if (!string.IsNullOrWhiteSpace(span.Text))
            {
                kept.Add(new(pendingStart ?? span.Start, span.End, span.Text, span.Closed));
                pendingStart = null;
            }
            else if (kept.Count > 0)
            {
                kept[^1] = EndingAs(kept[^1], span.End, kept[^1].Closed || span.Closed);
            }
            else
            {
                pendingStart ??= span.Start;
            }
        }

        return kept.Count == 0 && spans.Count > 0 ? [EndingAs(spans[0], spans[^1].End, spans[^1].Closed)] : kept;
    }

    private static StepSpan EndingAs(StepSpan span, int end, bool closed) => new(span.Start, end, span.Text, closed);

    [GeneratedRegex(@"(\r?\n[ \t]*){2,}", RegexOptions.CultureInvariant)]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"^[ \t#*]*step[ \t]+[0-9]+\b", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberedStepStart();
}
