using System.Text.RegularExpressions;

namespace Rlhf.Verification;

/// <summary>Regular expressions of a configuration: only those that take time linear in the text, so that no response hangs a run.</summary>
internal static class LinearPattern
{
    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="ArgumentException">It is no pattern, or needs backtracking; the message names the source.</exception>
    public static Regex Compile(string source, string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException($"'{source}': the pattern '{pattern}' cannot be used: {error.Message}", nameof(pattern), error);
        }
    }
}
