using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rlhf.Json;

namespace Rlhf.Configuration;

/// <summary>
/// Reads an object as the type that its <c>"type"</c> names, wherever that stands in the object. For
/// <see cref="JsonSerializerOptions.Converters"/>.
/// </summary>
/// <typeparam name="TBase">The declared type: what all options derive from.</typeparam>
public sealed class TypeJsonConverter<TBase> : JsonConverter<TBase>, ITypeRegistry
    where TBase : class
{
    private const string Discriminator = "type";

    /// <summary>Reads what registries name.</summary>
    /// <param name="registries">Registries of this declared type, whose names differ; at least one.</param>
    /// <exception cref="ArgumentException">A registry is of another declared type, or two have a name in common.</exception>
    public TypeJsonConverter(params IReadOnlyList<ITypeRegistry> registries)
    {
        ArgumentNullException.ThrowIfNull(registries);
        SortedDictionary<string, Type> types = new(StringComparer.Ordinal);
        foreach (ITypeRegistry registry in registries)
        {
            foreach ((string name, Type type) in registry.Types)
            {
                if (registry.BaseType != typeof(TBase) || !types.TryAdd(name, type))
                {
                    throw new ArgumentException($"the {registry.What} type '{name}' is registered twice.", nameof(registries));
                }
            }
        }

        (What, Types) = (registries[0].What, types);
    }

    /// <inheritdoc/>
    public string What { get; }

    /// <inheritdoc/>
    public Type BaseType => typeof(TBase);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Type> Types { get; }

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
            throw new JsonException($"a {What} is an object with a \"type\": {Known()}.");
        }

        if (!Types.TryGetValue(name, out Type? type))
        {
            throw new JsonException(
                $"there is no {What} type '{JsonText.Quote(name)}'; types: {Known()}.{Suggestion.Ask(name, Types.Keys)}"
            );
        }

        try
        {
            return (TBase)node.Deserialize(type, options)!;
        }
        catch (JsonException problem)
        {
            throw new JsonException($"{What} of type '{name}', {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TBase value, JsonSerializerOptions options)
    {
        string name =
            Types.FirstOrDefault(t => t.Value == value.GetType()).Key
            ?? throw new JsonException($"no {What} type with options {value.GetType().Name} is registered; types: {Known()}.");
        var node = (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), options)!;
        node.Insert(0, Discriminator, name);
        node.WriteTo(writer, options);
    }

    private string Known() => string.Join(", ", Types.Keys);
}
