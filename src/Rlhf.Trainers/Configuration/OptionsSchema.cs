using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Configuration;

namespace Rlhf.Trainers.Configuration;

/// <summary>Writes a JSON schema (draft 2020-12) of options from their types, their XML docs and the registry, for editors.</summary>
public static class OptionsSchema
{
    /// <summary>The schema of a file.</summary>
    /// <param name="root">The options' root.</param>
    /// <param name="registries">What <c>"type"</c> may name; several of one declared type go together.</param>
    public static JsonObject Json(Type root, IReadOnlyList<ITypeRegistry> registries)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(registries);
        JsonObject definitions = [];
        JsonObject schema = Object(root, null, registries, definitions);
        ((JsonObject)schema["properties"]!).Insert(0, ConfigurationDocument.SchemaKey, new JsonObject { ["type"] = "string" });
        schema.Insert(0, ConfigurationDocument.SchemaKey, "https://json-schema.org/draft/2020-12/schema");
        schema["$defs"] = definitions;
        return schema;
    }

    private static JsonObject Object(Type type, string? name, IReadOnlyList<ITypeRegistry> registries, JsonObject definitions)
    {
        JsonObject properties = [];
        JsonArray required = [];
        if (name is not null)
        {
            properties["type"] = new JsonObject { ["const"] = name };
            required.Add("type");
        }

        foreach (PropertyInfo property in OptionsDocs.Properties(type))
        {
            string key = OptionsCheck.KeyOf(property.Name);
            JsonObject value = Value(property.PropertyType, registries, definitions);
            if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            {
                AddBound(value, "minimum", range.Minimum);
                AddBound(value, "maximum", range.Maximum);
            }

            string[] about = [OptionsDocs.Summary(property), OptionsDocs.Value(property)];
            value["description"] = string.Join(" ", about.Where(t => t.Length > 0));
            properties[key] = value;
            if (property.IsDefined(typeof(RequiredMemberAttribute)))
            {
                required.Add(key);
            }
        }

        JsonObject schema = new()
        {
            ["type"] = "object",
            ["description"] = OptionsDocs.Summary(type),
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private static JsonObject Value(Type declared, IReadOnlyList<ITypeRegistry> registries, JsonObject definitions)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        JsonObject schema = type switch
        {
            _ when type == typeof(string) => Of("string"),
            _ when type == typeof(bool) => Of("boolean"),
            _ when type == typeof(int) || type == typeof(long) => Of("integer"),
            _ when type == typeof(double) => Of("number"),
            _ when type == typeof(TimeSpan) => Of("string"),
            { IsEnum: true } => new()
            {
                ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))]),
            },
            _ when OptionsDocs.IsDictionary(type) => new()
            {
                ["type"] = "object",
                ["additionalProperties"] = Value(type.GetGenericArguments()[^1], registries, definitions),
            },
            _ when typeof(IEnumerable).IsAssignableFrom(type) => new()
            {
                ["type"] = "array",
                ["items"] = Value(type.GetGenericArguments()[^1], registries, definitions),
            },
            _ => Reference(type, registries, definitions),
        };
        return Nullable.GetUnderlyingType(declared) is null && type.IsValueType
            ? schema
            : new() { ["anyOf"] = new JsonArray(schema, Of("null")) };
    }

    // A section stands once among the definitions, and what "type" chooses as one of its types.
    private static JsonObject Reference(Type type, IReadOnlyList<ITypeRegistry> registries, JsonObject definitions)
    {
        if (!definitions.ContainsKey(type.Name))
        {
            definitions[type.Name] = null;
            ITypeRegistry[] named = [.. registries.Where(r => r.BaseType == type)];
            definitions[type.Name] =
                named.Length == 0
                    ? Object(type, null, registries, definitions)
                    : new()
                    {
                        ["oneOf"] = new JsonArray([
                            .. named
                                .SelectMany(r => r.Types)
                                .OrderBy(t => t.Key, StringComparer.Ordinal)
                                .Select(t => (JsonNode)Object(t.Value, t.Key, registries, definitions)),
                        ]),
                    };
        }

        return new() { ["$ref"] = $"#/$defs/{type.Name}" };
    }

    private static JsonObject Of(string type) => new() { ["type"] = type };

    private static void AddBound(JsonObject schema, string name, object bound)
    {
        double value = Convert.ToDouble(bound, CultureInfo.InvariantCulture);
        if (value is > int.MinValue and < int.MaxValue)
        {
            (schema["anyOf"]?[0]?.AsObject() ?? schema)[name] = value;
        }
    }
}
