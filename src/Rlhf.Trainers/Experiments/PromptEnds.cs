using System.Globalization;
using Rlhf.Json;
using Rlhf.Tokenizers;

namespace Rlhf.Trainers.Experiments;

/// <summary>What a prompt begins and ends with, for the log: a begin token that is missing or stands twice is seen there.</summary>
/// <param name="Tokenizer">The policy's tokenizer.</param>
/// <param name="TokenIds">The prompt.</param>
internal sealed record PromptEnds(ITokenizer Tokenizer, IReadOnlyList<int> TokenIds)
{
    // A begin token, the markers of a chat and a word or two.
    private const int Shown = 6;

    /// <summary>A token as its text and id.</summary>
    public static string Describe(ITokenizer tokenizer, int id) =>
        string.Create(CultureInfo.InvariantCulture, $"{Quote(tokenizer.Decode([id]))} ({id})");

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the first has {TokenIds.Count} tokens, begins with {Join(TokenIds.Take(Shown))} and ends with {Join(TokenIds.TakeLast(Shown))}"
        );

    private string Join(IEnumerable<int> ids) => string.Join(" ", ids.Select(id => Describe(Tokenizer, id)));

    private static string Quote(string text) =>
        $"\"{JsonText.Quote(text).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}\"";
}
