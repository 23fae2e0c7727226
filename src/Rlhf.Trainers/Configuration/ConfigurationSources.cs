using System.Collections;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Rlhf.Configuration;
using Rlhf.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>
/// Where a configuration comes from: one JSON document, then the environment, then the command line, of which later ones win.
/// </summary>
public sealed partial class ConfigurationSources
{
    private const string Prefix = "RLHF_";
    private const string Separator = "__";
    private const string ConfigWord = "--config";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const string LibTorch = "RLHF_LIBTORCH";

    // Names that mean something to the library's own tests.
    private static readonly string[] ReservedNames =
    [
        LibTorch,
        "RLHF_UPDATE_DOCS",
        "RLHF_MATH_RESPONSES",
        "RLHF_JUDGE_REPLIES",
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

    /// <summary>A file by itself, without environment and command line.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="ConfigurationException">The file cannot be read.</exception>
    public static ConfigurationSources FromFile(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new() { Json = ReadFile(file), File = Path.GetFullPath(file) };
    }

    /// <summary>Reads the command line and the environment, and the file that <c>--config</c> names.</summary>
    /// <param name="arguments">Words of the command line: <c>--config file</c> or the name of a file that ends in <c>.json</c>, and
    /// <c>Section:Key=value</c>.</param>
    /// <param name="builtIn">The document where no file is named; the two are never mixed.</param>
    /// <param name="environment">The environment's variables; null for the process's.</param>
    /// <exception cref="ConfigurationException">A word or a variable is not understood, or the file cannot be read.</exception>
    public static ConfigurationSources FromCommandLine(IReadOnlyList<string> arguments, string builtIn, IDictionary? environment = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        List<string> problems = [];
        List<ConfigurationOverride> assignments = [];
        string? file = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i];
            string? problem = null;
            if (word == ConfigWord && i + 1 < arguments.Count)
            {
                problem = Name(arguments[++i]);
            }
            else if (word.StartsWith(ConfigWord + "=", StringComparison.Ordinal))
            {
                problem = Name(word[(ConfigWord.Length + 1)..]);
            }
            else if (Assignment().Match(word) is { Success: true } assigned)
            {
                assignments.Add(new(assigned.Groups["key"].Value, assigned.Groups["value"].Value, "the command line"));
            }
            else if (word.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !word.Contains('=', StringComparison.Ordinal))
            {
                problem = Name(word);
            }
            else
            {
                string next = i + 1 < arguments.Count ? arguments[i + 1] : "";
                problem =
                    $"command line: '{JsonText.Quote(word)}' is not understood.{Meant(word, next)} Options are written Section:Key=value, a configuration file is named by {ConfigWord} file.";
            }

            if (problem is not null)
            {
                problems.Add(problem);
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
                .. Latest(assignments),
            ],
        };

        string? Name(string named)
        {
            if (file is not null)
            {
                return $"command line: two configuration files are named, {JsonText.Quote(file)} and {JsonText.Quote(named)}; one experiment is one file.";
            }

            file = named;
            return named.Length == 0 ? $"command line: {ConfigWord} names no file." : null;
        }
    }

    // As the words would be right, where it can be seen what they were to be.
    private static string Meant(string word, string next)
    {
        string plain = word.TrimStart('-', '/');
        return Assignment().IsMatch(plain) ? $" Did you mean {JsonText.Quote(plain)}?"
            : word == ConfigWord ? " The file's name is missing."
            : plain.Contains(':', StringComparison.Ordinal) && next.Length > 0 && !next.Contains('=', StringComparison.Ordinal)
                ? $" Did you mean {JsonText.Quote($"{plain}={next}")}?"
            : "";
    }

    // Of several values for a key the last one counts.
    private static IEnumerable<ConfigurationOverride> Latest(IEnumerable<ConfigurationOverride> assignments) =>
        assignments
            .GroupBy(a => a.Key, StringComparer.OrdinalIgnoreCase)
            .Select(g => g.Last())
            .OrderBy(a => a.Key, StringComparer.OrdinalIgnoreCase);

    private static string ReadFile(string file)
    {
        try
        {
            byte[] bytes = System.IO.File.ReadAllBytes(file);
            return Strict.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new ConfigurationException(
                $"{file} is no UTF-8, which a configuration is written in: byte {e.Index + 1} fits no character. Save it as UTF-8."
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"configuration file {file} cannot be read: {e.Message}");
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
                    $"environment: {name} means nothing.{Suggestion.Ask(name, [LibTorch])} Options are written {Prefix}Section{Separator}Key; {LibTorch} names a folder with libtorch."
                );
            }
        }

        return values;
    }

    // A key is a name or several; two dashes may stand before it.
    [GeneratedRegex(@"^(--)?(?<key>[^-/=:\s][^=\s]*)=(?<value>.*)$", RegexOptions.Singleline)]
    private static partial Regex Assignment();

    private static IEnumerable<ConfigurationOverride> Flatten(IConfigurationRoot root, string origin) =>
        root.AsEnumerable()
            .Where(v => v.Value is not null)
            .OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase)
            .Select(v => new ConfigurationOverride(v.Key, v.Value!, origin));
}
