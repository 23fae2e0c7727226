using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rlhf.Json;

namespace Rlhf.Configuration;

/// <summary>
/// Reads an object as the type that its <c>"type"</c> names, wherever that stands in the object; types come from a registry, so others can
/// add theirs.
/// </summary>
/// <typeparam name="TBase">What all types derive from.</typeparam>
/// <param name="what">What such an object is, for messages.</param>
/// <param name="types">The types by name.</param>
public sealed class DiscriminatedJsonConverter<TBase>(string what, IReadOnlyDictionary<string, Type> types) : JsonConverter<TBase>
    where TBase : class
{
    private const string Discriminator = "type";

    /// <inheritdoc/>
    public override TBase Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (
            JsonNode.Parse(ref reader) is not JsonObject node
            || !node.Remove(
                node.FirstOrDefault(p => string.Equals(p.Key, Discriminator, StringComparison.OrdinalIgnoreCase)).Key ?? "",
                out JsonNode? given
            )
            || given is not JsonValue value
            || !value.TryGetValue(out string? name)
        )
        {
            throw new JsonException($"a {what} is an object with a \"type\": {Known()}.");
        }

        if (!types.TryGetValue(name, out Type? type))
        {
            throw new JsonException(
                $"there is no {what} type '{JsonText.Quote(name)}'; types: {Known()}.{Suggestion.Ask(name, types.Keys.Order(StringComparer.Ordinal))}"
            );
        }

        try
        {
            return (TBase)node.Deserialize(type, options)!;
        }
        catch (JsonException problem)
        {
            throw new JsonException($"{what} of type '{name}', {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TBase value, JsonSerializerOptions options)
    {
        string name =
            types.FirstOrDefault(t => t.Value == value.GetType()).Key
            ?? throw new JsonException($"no {what} type with options {value.GetType().Name} is registered; types: {Known()}.");
        var node = (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), options)!;
        node.Insert(0, Discriminator, name);
        node.WriteTo(writer, options);
    }

    private string Known() => string.Join(", ", types.Keys.Order(StringComparer.Ordinal));
}
