using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rlhf.Trainers.Configuration;

/// <summary>Finds the elements of a list that the command line speaks of.</summary>
internal static class ListElements
{
    /// <summary>The place of an element that a word means: a number, or its name, or its type where it has no name.</summary>
    /// <returns>Null where there is no such element, or more than one.</returns>
    public static int? IndexOf(JsonArray list, string word)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return index < list.Count ? index : null;
        }

        int[] called =
        [
            .. list.Index().Where(e => string.Equals(NameOf(e.Item), word, StringComparison.OrdinalIgnoreCase)).Select(e => e.Index),
        ];
        return called.Length == 1 ? called[0] : null;
    }

    /// <summary>What an element is called: its <c>name</c>, or else its <c>type</c>.</summary>
    public static string? NameOf(JsonNode? element) =>
        element is JsonObject section ? Text(section, "name") ?? Text(section, "type") : null;

    private static string? Text(JsonObject section, string key) =>
        section.FirstOrDefault(p => string.Equals(p.Key, key, StringComparison.OrdinalIgnoreCase)).Value is JsonValue value
        && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;
}
