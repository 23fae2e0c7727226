using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

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
            catch (JsonException e)
            {
                string key = KeyOf(e);
                if (document.ReadAsText(key))
                {
                    continue;
                }

                problems.Add(Describe(e, key, document, serializer, OptionsWalk.TypeAt(typeof(TOptions), key)));
                if (!document.Remove(key) || !UnmappedMember().IsMatch(e.Message))
                {
                    break;
                }
            }
        }

        if (options is not null)
        {
            OptionsWalk.ResolvePaths(options, document);
            problems.AddRange(OptionsWalk.Validate(options, document));
        }

        return problems.Count == 0 ? new(options!, serializer) { File = sources.File } : throw new ConfigurationException(problems);
    }

    private static string Describe(
        JsonException e,
        string key,
        ConfigurationDocument document,
        JsonSerializerOptions serializer,
        Type? expected
    )
    {
        string origin = document.OriginOf(key);
        if (UnmappedMember().Match(e.Message) is { Success: true } unmapped)
        {
            string[] known = OptionsWalk.KeysOf(unmapped.Groups["type"].Value, serializer);
            string name = unmapped.Groups["name"].Value;
            string? near = known
                .Where(k => EditDistance.Between(k, name) <= Math.Max(2, name.Length / 3))
                .MinBy(k => EditDistance.Between(k, name));
            return $"{KeyWithName(key, name)} (from {origin}) is not known.{(near is null ? "" : $" Did you mean {near}?")}{(known.Length > 0 ? $" Known here: {string.Join(", ", known)}." : "")}";
        }

        return $"{(key.Length == 0 ? "configuration" : key)} (from {origin}): {JsonMessages.Explain(e.Message, expected)}";
    }

    private static string KeyWithName(string key, string name) =>
        key.EndsWith(name, StringComparison.OrdinalIgnoreCase) ? key
        : key.Length == 0 ? name
        : $"{key}:{name}";

    // A converter that reads a part by itself reports the part's place in the whole, and wraps what went wrong within the part.
    private static string KeyOf(JsonException e)
    {
        string key = KeyOf(e.Path),
            within = e.InnerException is JsonException { Path: not null } inner ? KeyOf(inner) : "";
        return within.Length == 0 ? key : $"{key}:{within}";
    }

    // $.rewards.shaping[0].channel, or with ['…'] around unusual names, to rewards:shaping:0:channel.
    private static string KeyOf(string? path) =>
        path is null or "$"
            ? ""
            : PathSeparators().Replace(path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$'), ":").Trim(':');

    [GeneratedRegex(@"The JSON property '(?<name>[^']*)' could not be mapped to any \.NET member contained in type '(?<type>[^']*)'")]
    private static partial Regex UnmappedMember();

    [GeneratedRegex(@"\['|'\]|[.\[\]]+")]
    private static partial Regex PathSeparators();
}
