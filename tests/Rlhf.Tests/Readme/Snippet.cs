namespace Rlhf.Tests.Readme;

/// <summary>What a compiled file shows on a page: its lines between the marks <c>// begin</c> and <c>// end</c>.</summary>
internal static class Snippet
{
    /// <summary>The lines between the marks, without a method's indentation.</summary>
    public static string Of(string[] lines)
    {
        List<string> marked = [];
        bool inside = false;
        foreach (string line in lines)
        {
            if (line.Trim() is "// begin" or "// end")
            {
                inside = line.Trim() == "// begin";
            }
            else if (inside)
            {
                marked.Add(line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line);
            }
        }

        return string.Join('\n', marked);
    }
}
