namespace Rlhf.Verification.Answers;

/// <summary>Where the sentence of a value ends, and how.</summary>
internal static class SentenceEnd
{
    /// <summary>The first piece after one that ends its sentence or line; the number of pieces where none does.</summary>
    public static int After(ValueRunReader reader, int last)
    {
        int end = last + 1;
        while (end < reader.Tokens.Count && reader.Tokens[end].Kind is not (ProseKind.Stop or ProseKind.Line))
        {
            end++;
        }

        return end;
    }

    /// <summary>Whether a sentence that ends so asks.</summary>
    public static bool Asks(ValueRunReader reader, int end) => end < reader.Tokens.Count && reader.Text(end) is "?" or "？";
}
