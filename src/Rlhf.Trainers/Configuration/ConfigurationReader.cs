using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Rlhf.Configuration;
using Rlhf.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>
/// Reads typed options strictly: an unknown key, a value of the wrong type or out of range, and options that contradict each other are
/// refused.
/// </summary>
public static partial class ConfigurationReader
{
    // Unknown keys are collected; more than this many problems say that the file is of another kind.
    private const int MostProblems = 20;

    /// <summary>
    /// How documents are read and written: camelCase keys (read in any case), snake_case enum values, nothing unknown, nothing twice.
    /// </summary>
    /// <param name="converters">Converters of types that a registry knows.</param>
    public static JsonSerializerOptions SerializerOptions(params IEnumerable<JsonConverter> converters)
    {
        ArgumentNullException.ThrowIfNull(converters);
        JsonSerializerOptions options = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            PropertyNameCaseInsensitive = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowOutOfOrderMetadataProperties = true,
            AllowDuplicateProperties = false,
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        foreach (JsonConverter converter in converters)
        {
            options.Converters.Add(converter);
        }

        return options;
    }

    /// <summary>Reads and checks options.</summary>
    /// <typeparam name="TOptions">The options' root.</typeparam>
    /// <param name="sources">Where the values come from.</param>
    /// <param name="serializer">As <see cref="SerializerOptions"/> gives them.</param>
    /// <exception cref="ConfigurationException">The configuration is refused.</exception>
    public static ResolvedConfiguration<TOptions> Read<TOptions>(ConfigurationSources sources, JsonSerializerOptions serializer)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(serializer);
        ConfigurationDocument document = ConfigurationDocument.Create(sources);
        List<string> problems = [.. document.NullElements()];
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }

        TOptions? options = null;
        while (options is null && problems.Count < MostProblems)
        {
            try
            {
                options = document.Root.Deserialize<TOptions>(serializer);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException)
            {
                string[] names = NamesOf(e);
                string key = string.Join(':', names);
                if (document.ReadAsText(key))
                {
                    continue;
                }

                problems.Add(Describe(e, names, document, serializer, typeof(TOptions)));
                if (!UnmappedMember().IsMatch(e.Message) || !document.Remove(names))
                {
                    break;
                }
            }
        }

        if (options is not null)
        {
            problems.AddRange(OptionsWalk.ResolvePaths(options, document));
            if (problems.Count == 0)
            {
                problems.AddRange(OptionsWalk.Validate(options, document.OriginOf));
            }
        }

        return problems.Count == 0
            ? new(options!, serializer) { File = sources.File, OriginOf = document.OriginOf }
            : throw new ConfigurationException(problems);
    }

    private static string Describe(Exception e, string[] names, ConfigurationDocument document, JsonSerializerOptions serializer, Type root)
    {
        string key = string.Join(':', names),
            origin = document.OriginOf(key);
        if (UnmappedMember().Match(e.Message) is { Success: true } unmapped)
        {
            string[] known = OptionsWalk.KeysOf(unmapped.Groups["type"].Value, serializer);
            string name = unmapped.Groups["name"].Value;
            return $"{JsonText.Quote(KeyWithName(names, name))} (from {origin}) is not known.{Meant(name, known, root, serializer)}{(known.Length > 0 ? $" Known here: {string.Join(", ", known)}." : "")}";
        }

        return $"{(key.Length == 0 ? "configuration" : JsonText.Quote(key))} (from {origin}): {JsonMessages.Explain(e.Message, document.TextAt(key))}";
    }

    // A key of this section, else a section that has such a key; and how keys are written, where another separator was taken.
    private static string Meant(string name, string[] known, Type root, JsonSerializerOptions serializer)
    {
        if (Suggestion.Nearest(name, known) is { } near)
        {
            return $" Did you mean {near}?";
        }

        string[] parts = name.Split('.', '/');
        IReadOnlyList<string> elsewhere = OptionsWalk.KeysNamed(root, parts[^1], serializer);
        string separated = parts.Length > 1 ? $" Sections are separated by ':', as in {string.Join(':', parts)}." : "";
        return elsewhere.Count is > 0 and <= 4 ? $"{separated} Did you mean {string.Join(" or ", elsewhere)}?" : separated;
    }

    private static string KeyWithName(string[] names, string name) =>
        names.Length > 0 && string.Equals(names[^1], name, StringComparison.OrdinalIgnoreCase)
            ? string.Join(':', names)
            : string.Join(':', names.Append(name));

    // A converter that reads a part by itself reports the part's place in the whole, and wraps what went wrong within the part.
    private static string[] NamesOf(Exception e) =>
        e switch
        {
            JsonException json =>
            [
                .. NamesIn(json.Path),
                .. json.InnerException is JsonException { Path: not null } or NotSupportedException ? NamesOf(json.InnerException) : [],
            ],
            _ => [.. NamesIn(PathIn().Match(e.Message) is { Success: true } path ? path.Groups["path"].Value : null)],
        };

    // $.rewards.shaping[0].channel, or with ['…'] around unusual names, as its names.
    private static IEnumerable<string> NamesIn(string? path) =>
        PathPart().Matches(path ?? "").Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Groups["plain"].Value);

    [GeneratedRegex(@"The JSON property '(?<name>[^']*)' could not be mapped to any \.NET member contained in type '(?<type>[^']*)'")]
    private static partial Regex UnmappedMember();

    [GeneratedRegex(@"\['(?<quoted>.*?)'\](?=[.\[]|$)|[.\[](?<plain>[^.\[\]']+)\]?")]
    private static partial Regex PathPart();

    [GeneratedRegex(@" Path: (?<path>\$\S*)")]
    private static partial Regex PathIn();
}
