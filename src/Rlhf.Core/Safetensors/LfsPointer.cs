using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Safetensors;

/// <summary>The small text that stands in a file's place where Git LFS has not fetched it.</summary>
internal static partial class LfsPointer
{
    private const string Start = "version https://git-lfs.github.com/spec/";

    /// <summary>The most bytes that a pointer has, by its specification.</summary>
    public const int MostBytes = 1024;

    /// <summary>Throws where the bytes are such a pointer.</summary>
    /// <param name="beginning">The file's first bytes.</param>
    /// <param name="path">The file.</param>
    /// <param name="exception">Makes the exception of a message.</param>
    public static void Refuse(ReadOnlySpan<byte> beginning, string path, Func<string, Exception> exception)
    {
        string text = Encoding.UTF8.GetString(beginning[..Math.Min(beginning.Length, MostBytes)]);
        if (text.StartsWith(Start, StringComparison.Ordinal))
        {
            Match size = Size().Match(text);
            string ofBytes = size.Success ? $" of {size.Groups[1].Value} bytes" : "";
            throw exception($"{path}: it is a Git LFS pointer, not the file{ofBytes} itself. Fetch it with `git lfs pull`.");
        }
    }

    [GeneratedRegex(@"^size (\d{1,20})", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Size();
}
