using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Rlhf.Trainers.Configuration;

/// <summary>Says what the messages of <c>System.Text.Json</c> say in the words of a configuration instead of those of .NET.</summary>
internal static partial class JsonMessages
{
    /// <summary>A message that names what is wanted.</summary>
    /// <param name="message">A message of the serializer, perhaps with words of a converter before it.</param>
    /// <param name="expected">The type that is declared for the value; null where that is not known.</param>
    public static string Explain(string message, Type? expected)
    {
        string text = Position().Replace(message, "");
        text = WrongType().Replace(text, m => $"{Wanted(m.Groups["type"].Value)} is needed here.");
        text = Missing().Replace(text, m => $"{m.Groups["names"].Value} must be given.");
        text = Null().Replace(text, m => $"'{m.Groups["name"].Value}' must not be null.");
        return UnknownType()
            .Replace(text, m => $"there is no type '{m.Groups["name"].Value}'; types: {string.Join(", ", TypesOf(expected))}.");
    }

    private static string Wanted(string typeName)
    {
        string name = Nullable().Match(typeName) is { Success: true } nullable ? nullable.Groups["type"].Value : typeName;
        Type? type = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(name)).OfType<Type>().FirstOrDefault();
        return name switch
        {
            "System.Double" or "System.Single" or "System.Decimal" => "a number",
            "System.Int32" or "System.Int64" => "a whole number",
            "System.Boolean" => "true or false",
            "System.String" => "a text",
            "System.TimeSpan" => "a time such as 00:00:10",
            _ when type is { IsEnum: true } =>
                $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}",
            _ when name.Contains("Dictionary`2", StringComparison.Ordinal) => "an object of names and values",
            _ when name.Contains("List`1", StringComparison.Ordinal) || name.EndsWith("[]", StringComparison.Ordinal) => "a list",
            _ => "an object",
        };
    }

    private static IEnumerable<string> TypesOf(Type? type) =>
        type?.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
            .Cast<JsonDerivedTypeAttribute>()
            .Select(t => t.TypeDiscriminator?.ToString() ?? "")
        ?? [];

    [GeneratedRegex(@" Path: \S+( \| LineNumber: \d+ \| BytePositionInLine: \d+)?\.?")]
    private static partial Regex Position();

    [GeneratedRegex(@"The JSON value could not be converted to (?<type>.+)\.$")]
    private static partial Regex WrongType();

    [GeneratedRegex(@"^System\.Nullable`1\[(?<type>.+)\]$")]
    private static partial Regex Nullable();

    [GeneratedRegex(@"JSON deserialization for type '[^']+' was missing required properties including: (?<names>.+)\.$")]
    private static partial Regex Missing();

    [GeneratedRegex(@"The property or field '(?<name>[^']+)' on type '[^']+' doesn't allow setting null values\..*$")]
    private static partial Regex Null();

    [GeneratedRegex(@"Read unrecognized type discriminator id '(?<name>[^']*)'\.")]
    private static partial Regex UnknownType();
}
