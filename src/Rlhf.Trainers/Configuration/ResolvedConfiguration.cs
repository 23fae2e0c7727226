using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>Options that were read and checked.</summary>
/// <typeparam name="TOptions">Their root.</typeparam>
public sealed class ResolvedConfiguration<TOptions>(TOptions options, JsonSerializerOptions serializer)
    where TOptions : class
{
    /// <summary>The options.</summary>
    public TOptions Options { get; } = options;

    /// <summary>How they are written.</summary>
    public JsonSerializerOptions Serializer { get; } = serializer;

    /// <summary>The file they were read from, for messages; null for a built-in document.</summary>
    public string? File { get; init; }

    /// <summary>Where the value of a key comes from, for messages.</summary>
    internal Func<string, string> OriginOf { get; init; } = _ => "the options";

    /// <summary>The whole configuration as JSON, defaults included.</summary>
    public string ToJson() => JsonSerializer.Serialize(Options, Serializer);

    /// <summary>Keys at which this configuration and another one differ, with both values.</summary>
    /// <param name="otherJson">As <see cref="ToJson"/> gave it.</param>
    /// <exception cref="JsonTextException">It is damaged.</exception>
    public IReadOnlyList<string> DifferencesFrom(string otherJson)
    {
        List<string> differences = [];
        Compare("", JsonNode.Parse(ToJson()), JsonText.ParseNode(Encoding.UTF8.GetBytes(otherJson)), differences);
        return differences;
    }

    private static void Compare(string key, JsonNode? own, JsonNode? other, List<string> differences)
    {
        if (own is JsonObject a && other is JsonObject b)
        {
            foreach (string name in a.Select(p => p.Key).Union(b.Select(p => p.Key)))
            {
                Compare(key.Length == 0 ? name : $"{key}:{name}", a[name], b[name], differences);
            }
        }
        else if (own is JsonArray c && other is JsonArray d && c.Count == d.Count)
        {
            for (int i = 0; i < c.Count; i++)
            {
                Compare(string.Create(CultureInfo.InvariantCulture, $"{key}:{i}"), c[i], d[i], differences);
            }
        }
        else if (!JsonNode.DeepEquals(own, other))
        {
            differences.Add($"{key} is {Text(own)} and was {Text(other)}");
        }
    }

    private static string Text(JsonNode? value) => JsonText.Quote(value?.ToJsonString() ?? "null");
}
