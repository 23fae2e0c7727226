using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Verification.Sandbox;

/// <summary>A fenced block of a response.</summary>
/// <param name="Tag">The language that the fence names, in small letters and without its version; empty where it names none.</param>
/// <param name="Text">What it holds, without the fence's indentation.</param>
internal sealed partial record CodeBlock(string Tag, string Text)
{
    /// <summary>
    /// All blocks of a text in order: fences of three or more backticks or tildes, indented or behind a list's mark; the end has the same
    /// character and at least as many. A block that is never closed goes to the end of the text; one that a fence with a language
    /// interrupts ends there. Takes time linear in the text.
    /// </summary>
    public static List<CodeBlock> FindAll(string text)
    {
        List<CodeBlock> blocks = [];
        StringBuilder held = new();
        Fence? open = null;
        for (int at = 0, next; at < text.Length; at = next)
        {
            int end = text.IndexOf('\n', at);
            next = end < 0 ? text.Length : end + 1;
            ReadOnlySpan<char> line = text.AsSpan(at..next);
            Fence? fence = Fence.Read(line, isInside: open is not null);
            if (open is null)
            {
                open = end < 0 ? null : fence;
                continue;
            }

            bool ends = fence is not null && fence.Mark == open.Mark && fence.Length >= open.Length && fence.Indent <= open.Indent + 3;
            if (!ends)
            {
                held.Append(Dedented(line, open.Indent));
                continue;
            }

            blocks.Add(new(open.Tag, held.ToString()));
            held.Clear();
            open = fence!.Info.Length > 0 ? fence : null;
        }

        if (open is not null && !string.IsNullOrWhiteSpace(held.ToString()))
        {
            // A fence behind the last line's code is none, but no code either.
            string rest = held.ToString();
            string trimmed = rest.TrimEnd();
            blocks.Add(new(open.Tag, trimmed.EndsWith("```", StringComparison.Ordinal) ? trimmed.TrimEnd('`') : rest));
        }

        return blocks;
    }

    private static ReadOnlySpan<char> Dedented(ReadOnlySpan<char> line, int indent)
    {
        int cut = 0;
        while (cut < indent && cut < line.Length && line[cut] is ' ' or '\t')
        {
            cut++;
        }

        return line[cut..];
    }

    private sealed partial record Fence(char Mark, int Length, int Indent, string Info)
    {
        /// <summary>The language of the words behind it: "Python3", "{.python .lines}", "language-py".</summary>
        public string Tag
        {
            get
            {
                string tag = Language().Match(Info).Groups["tag"].Value.ToLowerInvariant();
                return tag.TrimEnd("0123456789.-".ToCharArray());
            }
        }

        // A list's mark belongs to the indentation of the block that begins behind it.
        public static Fence? Read(ReadOnlySpan<char> line, bool isInside)
        {
            ReadOnlySpan<char> rest = line.TrimStart(" \t");
            if (!isInside && ListMark().EnumerateMatches(rest) is var marks && marks.MoveNext())
            {
                rest = rest[marks.Current.Length..];
            }

            if (rest is not [('`' or '~') and var mark, ..])
            {
                return null;
            }

            int length = rest.IndexOfAnyExcept(mark) is >= 0 and var l ? l : rest.Length;
            ReadOnlySpan<char> info = rest[length..].Trim();
            return length < 3 || (mark == '`' && info.Contains('`')) ? null : new(mark, length, line.Length - rest.Length, info.ToString());
        }

        [GeneratedRegex(@"^\{?\s*\.?(lang(uage)?-)?(?<tag>[^\s,:;{}()=]*)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
        private static partial Regex Language();

        [GeneratedRegex(@"^([-*+]|[0-9]{1,9}[.)])[ \t]+(?=```|~~~)")]
        private static partial Regex ListMark();
    }
}
