using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rlhf.Json;

namespace Rlhf.Configuration;

/// <summary>
/// Checks options as a whole: the attributes and own rules of every object in them, numbers that are not finite, values that no
/// enumeration names, nulls. Options built in code are checked by the same rules as those that are read from JSON.
/// </summary>
public static partial class OptionsCheck
{
    /// <summary>Refuses options that cannot be.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">A value cannot be; the message names each with its path.</exception>
    public static void Require(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] problems = [.. Problems(options).Select(p => p.ToString())];
        if (problems.Length > 0)
        {
            throw new ArgumentException($"{options.GetType().Name}: {string.Join(" ", problems)}", nameof(options));
        }
    }

    /// <summary>Everything that cannot be, by key.</summary>
    public static IEnumerable<OptionProblem> Problems(object options)
    {
        NullabilityInfoContext nullability = new();
        foreach ((string key, object value) in Objects(options, ""))
        {
            List<ValidationResult> results = [];
            Validator.TryValidateObject(value, new(value), results, validateAllProperties: true);
            HashSet<string> named = new(StringComparer.Ordinal);
            foreach (ValidationResult result in results)
            {
                string? property = result.MemberNames.FirstOrDefault();
                named.Add(property ?? "");
                object? given = property is null ? null : value.GetType().GetProperty(property)?.GetValue(value);
                yield return new(Join(key, property is null ? "" : KeyOf(property)), Shown(given), Plain(result.ErrorMessage ?? ""));
            }

            foreach (PropertyInfo property in Properties(value).Where(p => !named.Contains(p.Name)))
            {
                foreach ((string at, object? part, string message) in Faults(property, property.GetValue(value), nullability))
                {
                    yield return new(Join(Join(key, KeyOf(property.Name)), at), Shown(part), message);
                }
            }
        }
    }

    /// <summary>Every object of options with its key, from the root down.</summary>
    public static IEnumerable<(string Key, object Value)> Objects(object? value, string key)
    {
        switch (value)
        {
            case null or string or ValueType or IDictionary or Delegate:
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
            case { } options when options.GetType().Namespace is not { } name || !name.StartsWith("System", StringComparison.Ordinal):
                yield return (key, options);
                foreach (PropertyInfo property in Properties(options))
                {
                    foreach ((string, object) inner in Objects(property.GetValue(options), Join(key, KeyOf(property.Name))))
                    {
                        yield return inner;
                    }
                }

                break;
            default:
                yield break;
        }
    }

    /// <summary>Two parts of a key, of which either may be empty.</summary>
    public static string Join(string key, string name) =>
        key.Length == 0 ? name
        : name.Length == 0 ? key
        : $"{key}:{name}";

    /// <summary>A property's name as a key.</summary>
    public static string KeyOf(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    private static IEnumerable<PropertyInfo> Properties(object options) =>
        options
            .GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.CanRead && p.GetIndexParameters().Length == 0);

    private static IEnumerable<(string At, object? Value, string Message)> Faults(
        PropertyInfo property,
        object? value,
        NullabilityInfoContext nullability
    )
    {
        switch (value)
        {
            case null:
                if (!property.PropertyType.IsValueType && nullability.Create(property).WriteState == NullabilityState.NotNull)
                {
                    yield return ("", null, "must not be null.");
                }

                break;
            case double number when !double.IsFinite(number):
                yield return ("", number, "must be finite.");
                break;
            case Enum item when !Enum.IsDefined(item.GetType(), item):
                string names = string.Join(", ", Enum.GetNames(item.GetType()).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));
                yield return ("", item.ToString("D"), $"must be one of {names}.");
                break;
            case IEnumerable<KeyValuePair<string, double>> numbers:
                foreach ((string name, double number) in numbers.Where(n => !double.IsFinite(n.Value)))
                {
                    yield return (name, number, "must be finite.");
                }

                break;
            case IList list:
                foreach ((int index, object? item) in list.Cast<object?>().Index())
                {
                    if (item is null)
                    {
                        yield return (index.ToString(CultureInfo.InvariantCulture), null, "must not be null.");
                    }
                }

                break;
        }
    }

    private static string Shown(object? value) =>
        value switch
        {
            null or (IEnumerable and not string) => "",
            "" => " is empty",
            IFormattable number => $" is {number.ToString(null, CultureInfo.InvariantCulture)}",
            _ => $" is {JsonText.Quote(value.ToString() ?? "")}",
        };

    // The attributes' own messages begin with the property's .NET name; the key stands before them already.
    private static string Plain(string message)
    {
        string text = AttributeSubject().Replace(message, "");
        return text.Replace("must be a string or array type with a minimum length of '1'", "must not be empty", StringComparison.Ordinal);
    }

    [GeneratedRegex("^The field \\w+ (?=must )")]
    private static partial Regex AttributeSubject();
}
