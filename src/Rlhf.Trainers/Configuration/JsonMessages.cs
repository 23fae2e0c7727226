using System.Text.Json;
using System.Text.RegularExpressions;
using Rlhf.Configuration;
using Rlhf.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>Says what the messages of <c>System.Text.Json</c> say in the words of a configuration instead of those of .NET.</summary>
internal static partial class JsonMessages
{
    /// <summary>A message that names what is wanted.</summary>
    /// <param name="message">A message of the serializer, perhaps with words of a converter before it.</param>
    /// <param name="given">The text that stands there; null where it is none.</param>
    public static string Explain(string message, string? given = null)
    {
        string text = Position().Replace(message, "");
        text = WrongType().Replace(text, m => $"{Wanted(m.Groups["type"].Value)} is needed here.{Meant(m.Groups["type"].Value, given)}");
        text = Missing().Replace(text, m => $"{m.Groups["names"].Value} must be given.");
        text = Unknown().Replace(text, m => $"'{JsonText.Quote(m.Groups["name"].Value)}' is no key here.");
        text = Null().Replace(text, m => $"'{m.Groups["name"].Value}' must not be null.");
        return Twice()
            .Replace(text, m => $"'{JsonText.Quote(m.Groups["name"].Value)}' stands twice; capital and small letters are the same.");
    }

    // The names of an enumeration that a text comes near to.
    private static string Meant(string typeName, string? given) =>
        given is not null && EnumOf(typeName) is { } type ? Suggestion.Ask(given, NamesOf(type)) : "";

    private static Type? EnumOf(string typeName)
    {
        string name = NullableName().Match(typeName) is { Success: true } nullable ? nullable.Groups["type"].Value : typeName;
        return AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(name)).FirstOrDefault(t => t is { IsEnum: true });
    }

    private static IEnumerable<string> NamesOf(Type type) => Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);

    private static string Wanted(string typeName)
    {
        string name = NullableName().Match(typeName) is { Success: true } nullable ? nullable.Groups["type"].Value : typeName;
        return name switch
        {
            "System.Double" or "System.Single" or "System.Decimal" => "a number",
            "System.Int32" or "System.Int64" => "a whole number",
            "System.Boolean" => "true or false",
            "System.String" => "a text",
            "System.TimeSpan" => "a time such as 00:00:10",
            _ when EnumOf(name) is { } type => $"one of {string.Join(", ", NamesOf(type))}",
            _ when name.Contains("Dictionary`2", StringComparison.Ordinal) => "an object of names and values",
            _ when name.Contains("List`1", StringComparison.Ordinal) || name.EndsWith("[]", StringComparison.Ordinal) => "a list",
            _ => "an object",
        };
    }

    [GeneratedRegex(@" Path: \S+( \| LineNumber: \d+ \| BytePositionInLine: \d+)?\.?")]
    private static partial Regex Position();

    [GeneratedRegex(@"The JSON value could not be converted to (?<type>.+)\.$")]
    private static partial Regex WrongType();

    [GeneratedRegex(@"^System\.Nullable`1\[(?<type>.+)\]$")]
    private static partial Regex NullableName();

    [GeneratedRegex(@"JSON deserialization for type '[^']+' was missing required properties including: (?<names>.+)\.$")]
    private static partial Regex Missing();

    [GeneratedRegex(
        @"The JSON property '(?<name>.*)' could not be mapped to any \.NET member contained in type '[^']+'\.",
        RegexOptions.Singleline
    )]
    private static partial Regex Unknown();

    [GeneratedRegex(@"The property or field '(?<name>[^']+)' on type '[^']+' doesn't allow setting null values\..*$")]
    private static partial Regex Null();

    [GeneratedRegex(@"Duplicate property '(?<name>[^']*)' encountered during deserialization.*$", RegexOptions.Singleline)]
    private static partial Regex Twice();
}
