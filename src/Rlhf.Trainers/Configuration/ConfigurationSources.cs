using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Rlhf.Trainers.Configuration;

/// <summary>
/// Where a configuration comes from: one JSON document, then the environment, then the command line, of which later ones win.
/// </summary>
public sealed record ConfigurationSources
{
    private const string Prefix = "RLHF_";
    private const string Separator = "__";
    private const string ConfigWord = "--config";

    // Names that mean something else: where libtorch lies, and what tests read.
    private static readonly string[] ReservedNames =
    [
        "RLHF_LIBTORCH",
        "RLHF_LONG",
        "RLHF_HF_PARITY",
        "RLHF_SHAPING_VALUES",
        "RLHF_MATH_PAIRS",
        "RLHF_MATH_RESPONSES",
        "RLHF_PEER_VALUES",
        "RLHF_TRAJECTORIES",
        "RLHF_REWARDMATH",
        "RLHF_REWARD_BENCHMARKS",
    ];

    /// <summary>The JSON document.</summary>
    public required string Json { get; init; }

    /// <summary>The file it was read from, or null for one that is built in.</summary>
    public string? File { get; init; }

    /// <summary>Values that replace the document's, by key (<c>Section:Key</c>), with where they come from.</summary>
    public IReadOnlyList<ConfigurationOverride> Overrides { get; init; } = [];

    /// <summary>Reads the command line and the environment, and the file that <c>--config</c> names.</summary>
    /// <param name="arguments">Words of the command line: <c>--config file</c> and <c>Section:Key=value</c>.</param>
    /// <param name="builtIn">The document where no file is named; the two are never mixed.</param>
    /// <param name="environment">The environment's variables; null for the process's.</param>
    /// <exception cref="ConfigurationException">A word or a variable is not understood, or the file cannot be read.</exception>
    public static ConfigurationSources FromCommandLine(IReadOnlyList<string> arguments, string builtIn, IDictionary? environment = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        List<string> problems = [],
            assignments = [];
        string? file = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i];
            if (word == ConfigWord && i + 1 < arguments.Count)
            {
                file = arguments[++i];
            }
            else if (word.StartsWith(ConfigWord + "=", StringComparison.Ordinal))
            {
                file = word[(ConfigWord.Length + 1)..];
            }
            else if (word.IndexOf('=', StringComparison.Ordinal) > 0)
            {
                assignments.Add(word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word);
            }
            else
            {
                problems.Add(
                    $"command line: '{word}' is not understood. Options are written Section:Key=value, a configuration file is named by {ConfigWord} file."
                );
            }
        }

        Dictionary<string, string?> variables = Variables(environment ?? Environment.GetEnvironmentVariables(), problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }

        return new()
        {
            Json = file is null ? builtIn : ReadFile(file),
            File = file is null ? null : Path.GetFullPath(file),
            Overrides =
            [
                .. Flatten(new ConfigurationBuilder().AddInMemoryCollection(variables).Build(), "the environment"),
                .. Flatten(new ConfigurationBuilder().AddCommandLine([.. assignments]).Build(), "the command line"),
            ],
        };
    }

    private static string ReadFile(string file)
    {
        try
        {
            return System.IO.File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"command line: {ConfigWord} names {file}, which cannot be read: {e.Message}");
        }
    }

    private static Dictionary<string, string?> Variables(IDictionary environment, List<string> problems)
    {
        Dictionary<string, string?> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in environment)
        {
            string name = (string)variable.Key;
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || ReservedNames.Contains(name))
            {
                continue;
            }

            if (name.Contains(Separator, StringComparison.Ordinal))
            {
                values[name[Prefix.Length..].Replace(Separator, ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = (string?)
                    variable.Value;
            }
            else
            {
                problems.Add(
                    $"environment: {name} means nothing. Options are written {Prefix}Section{Separator}Key; other names are {string.Join(", ", ReservedNames)}."
                );
            }
        }

        return values;
    }

    private static IEnumerable<ConfigurationOverride> Flatten(IConfigurationRoot root, string origin) =>
        root.AsEnumerable()
            .Where(v => v.Value is not null)
            .OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase)
            .Select(v => new ConfigurationOverride(v.Key, v.Value!, origin));
}

/// <summary>A value that replaces the document's.</summary>
/// <param name="Key">Its key, <c>Section:Key</c>; case does not matter.</param>
/// <param name="Value">The value as text.</param>
/// <param name="Origin">Where it comes from, for messages.</param>
public sealed record ConfigurationOverride(string Key, string Value, string Origin);
