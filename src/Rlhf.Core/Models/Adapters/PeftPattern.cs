using System.Text.RegularExpressions;

namespace Rlhf.Models;

/// <summary>Regular expressions of a foreign file: matched in linear time where that is possible, else within a time limit.</summary>
internal static class PeftPattern
{
    private const int MostCharacters = 10_000;
    private const RegexOptions Common = RegexOptions.CultureInvariant;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>A pattern that must fit a whole name.</summary>
    /// <param name="file">Where it stands.</param>
    /// <param name="key">Under which key.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="before">What goes before it.</param>
    /// <param name="after">What goes after it.</param>
    /// <param name="whole">Whether the name ends there.</param>
    /// <exception cref="ModelFormatException">It is no regular expression, or too long.</exception>
    public static Regex Compile(JsonFile file, string key, string pattern, string before = "", string after = "", bool whole = true)
    {
        if (pattern.Length > MostCharacters)
        {
            throw file.Wrong(key, pattern, $"a pattern of at most {MostCharacters} characters");
        }

        string all = $"^{before}(?:{pattern}){after}{(whole ? @"\z" : "")}";
        try
        {
            return new(all, Common | RegexOptions.NonBacktracking, MostTime);
        }
        catch (NotSupportedException)
        {
            // Lookarounds and references back need the other engine.
            return new(all, Common, MostTime);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"{file.Path}: {file.FullName(key)}: the pattern cannot be read: {e.Message}", e);
        }
    }
}
