namespace Rlhf.Chat;

/// <summary>The pieces that the Llama 3 templates share.</summary>
internal static class Llama3
{
    public const string Begin = "<|begin_of_text|>";
    public const string End = "<|eot_id|>";

    public static string Header(string role) => $"<|start_header_id|>{role}<|end_header_id|>\n\n";

    public static void WriteMessage(SegmentWriter writer, string role, string content) =>
        writer.Template(Header(role)).Content(Trim(content)).Template(End);

    /// <summary>Python's <c>str.strip</c>, which takes four control characters for white space that .NET does not.</summary>
    public static string Trim(string text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
}
