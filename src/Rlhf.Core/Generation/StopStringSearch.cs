using System.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Generation;

/// <summary>Looks for stop strings in the text of a response while its tokens come in.</summary>
/// <param name="decoder">Gives the text.</param>
/// <param name="stops">What is looked for; none of them empty.</param>
internal sealed class StopStringSearch(IncrementalDecoder decoder, IReadOnlyList<string> stops)
{
    private readonly int _longest = stops.Max(s => s.Length);
    private readonly StringBuilder _tail = new();

    /// <summary>Takes the next token.</summary>
    /// <returns>Whether the text holds one of the strings now.</returns>
    public bool Append(int token)
    {
        string text = _tail.Append(decoder.Append(token)).ToString();
        if (stops.Any(stop => text.Contains(stop, StringComparison.Ordinal)))
        {
            return true;
        }

        // Only the end that could be the beginning of a stop string is kept.
        _tail.Remove(0, Math.Max(0, text.Length - (_longest - 1)));
        return false;
    }
}
