using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rlhf.Configuration;

namespace Rlhf.Trainers.Configuration;

/// <summary>Walks an options object with the key of each value.</summary>
internal static partial class OptionsWalk
{
    /// <summary>Checks every object's attributes and its own rules.</summary>
    public static IEnumerable<string> Validate(object options, ConfigurationDocument document)
    {
        foreach ((string key, object value) in Objects(options, ""))
        {
            List<ValidationResult> results = [];
            Validator.TryValidateObject(value, new(value), results, validateAllProperties: true);
            foreach (ValidationResult result in results)
            {
                string member = Join(
                    key,
                    result.MemberNames.FirstOrDefault() is { } name ? JsonNamingPolicy.CamelCase.ConvertName(name) : ""
                );
                object? given = result.MemberNames.FirstOrDefault() is { } property
                    ? value.GetType().GetProperty(property)?.GetValue(value)
                    : null;
                string shown = given switch
                {
                    null or (IEnumerable and not string) => "",
                    IFormattable number => $" is {number.ToString(null, CultureInfo.InvariantCulture)}",
                    _ => $" is {given}",
                };
                yield return $"{member}{shown} (from {document.OriginOf(member)}): {Plain(result.ErrorMessage ?? "")}";
            }
        }
    }

    /// <summary>Makes relative paths absolute.</summary>
    public static void ResolvePaths(object options, ConfigurationDocument document)
    {
        foreach ((string key, object value) in Objects(options, "").ToArray())
        {
            foreach (PropertyInfo property in value.GetType().GetProperties().Where(p => p.IsDefined(typeof(ConfigurationPathAttribute))))
            {
                if (property.GetValue(value) is string path)
                {
                    string full = Path.GetFullPath(
                        path,
                        document.BaseFolderOf(Join(key, JsonNamingPolicy.CamelCase.ConvertName(property.Name)))
                    );
                    property.SetValue(value, full);
                }
            }
        }
    }

    /// <summary>The keys that a type knows, as they are written.</summary>
    public static string[] KeysOf(string typeName, JsonSerializerOptions serializer)
    {
        Type? type = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(typeName)).OfType<Type>().FirstOrDefault();
        return type is null ? [] : [.. serializer.GetTypeInfo(type).Properties.Select(p => p.Name)];
    }

    /// <summary>The type that is declared for a key; null where there is none, or a converter decides.</summary>
    /// <param name="root">The options' root.</param>
    /// <param name="key">Names with colons between them, in any case.</param>
    public static Type? TypeAt(Type root, string key)
    {
        Type? type = root;
        foreach (string name in key.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            type = type?.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType;
        }

        return type;
    }

    // The attributes' own messages begin with the property's .NET name; the key stands before them already.
    private static string Plain(string message)
    {
        string text = AttributeSubject().Replace(message, "");
        return text.Replace("must be a string or array type with a minimum length of '1'", "must not be empty", StringComparison.Ordinal);
    }

    [GeneratedRegex("^The field \\w+ (?=must )")]
    private static partial Regex AttributeSubject();

    private static IEnumerable<(string Key, object Value)> Objects(object? value, string key)
    {
        switch (value)
        {
            case null or string or ValueType:
                yield break;
            case IDictionary:
                yield break;
            case IEnumerable list:
                int index = 0;
                foreach (object? item in list)
                {
                    foreach ((string, object) inner in Objects(item, Join(key, index.ToString(CultureInfo.InvariantCulture))))
                    {
                        yield return inner;
                    }

                    index++;
                }

                break;
            case { } options when options.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) != true:
                yield return (key, options);
                foreach (
                    PropertyInfo property in options.GetType().GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
                )
                {
                    foreach (
                        (string, object) inner in Objects(
                            property.GetValue(options),
                            Join(key, JsonNamingPolicy.CamelCase.ConvertName(property.Name))
                        )
                    )
                    {
                        yield return inner;
                    }
                }

                break;
            default:
                yield break;
        }
    }

    private static string Join(string key, string name) =>
        key.Length == 0 ? name
        : name.Length == 0 ? key
        : $"{key}:{name}";
}
