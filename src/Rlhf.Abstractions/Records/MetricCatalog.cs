using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Records;

/// <summary>The definitions of all metrics of <see cref="MetricNames"/>, in their order there.</summary>
public static class MetricCatalog
{
    private static readonly (string Prefix, string Title)[] Sections =
    [
        ("reward", "Rewards: the curves to watch first"),
        ("shaping", "Shaping"),
        ("monitor", "Reward hacking"),
        ("rollout", "Rollouts"),
        ("policy", "Policy update"),
        ("optimizer", "Optimizer"),
        ("sft", "Supervised phase"),
        ("eval", "Evaluation on held-out problems"),
        ("time", "Clock and memory: not reproducible, and so outside a resume's guarantee"),
    ];

    /// <summary>All definitions.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        .. from field in typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static)
        let metric = field.GetCustomAttribute<MetricAttribute>()!
        select new MetricDefinition(
            (string)field.GetRawConstantValue()!,
            metric.Unit,
            metric.Denominator,
            metric.Meaning,
            metric.Expectation
        ),
    ];

    /// <summary>
    /// Puts the run's names in the place of the parts in braces, left to right: <c>Fill("reward/{channel}/mean", "verifier")</c> is
    /// <c>reward/verifier/mean</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The pattern has fewer or more parts than names are given.</exception>
    public static string Fill(string pattern, params ReadOnlySpan<string> names)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var filled = new StringBuilder();
        int position = 0;
        foreach (string name in names)
        {
            int open = pattern.IndexOf('{', position);
            int close = open < 0 ? -1 : pattern.IndexOf('}', open);
            if (close < 0)
            {
                throw new ArgumentException($"'{pattern}' has no part for the name '{name}'", nameof(names));
            }

            filled.Append(pattern, position, open - position).Append(name);
            position = close + 1;
        }

        if (pattern.IndexOf('{', position) >= 0)
        {
            throw new ArgumentException($"'{pattern}' has more parts than the {names.Length} names given", nameof(names));
        }

        return filled.Append(pattern, position, pattern.Length - position).ToString();
    }

    /// <summary>
    /// The definition of a metric as written in <c>metrics.jsonl</c>; an exact name goes before one with parts in braces.
    /// </summary>
    public static MetricDefinition? Find(string name) =>
        All.FirstOrDefault(d => d.Name == name) ?? All.FirstOrDefault(d => Matches(d.Name, name));

    /// <summary>The text of <c>docs/metrics.md</c>.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder(
            """
            # Metrics

            Every name in `metrics.jsonl`, TensorBoard, the plots and the report. Generated from `MetricNames`; a test keeps it current.
            A metric that does not exist in an iteration (no evaluation, nothing valid to average) is absent there, never 0.
            "—" as the denominator: the value is no mean. *Loss tokens* are those of `LossMask`: sampled by the policy, with valid required rewards, kept by the filters.

            """
        );
        foreach ((string prefix, string title) in Sections)
        {
            text.Append("\n## ")
                .Append(title)
                .Append("\n\n| metric | unit | denominator | what it is | what it should do |\n|---|---|---|---|---|\n");
            foreach (MetricDefinition d in All.Where(d => d.Name.StartsWith(prefix + "/", StringComparison.Ordinal)))
            {
                text.AppendJoin(" | ", $"| `{d.Name}`", d.Unit, d.Denominator, Cell(d.Meaning), Cell(d.Expectation)).Append(" |\n");
            }
        }

        return text.ToString();
    }

    // A bar inside a cell would end it.
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static bool Matches(string pattern, string name) =>
        pattern.Contains('{')
        && Regex.IsMatch(name, $"^{Regex.Replace(Regex.Escape(pattern), @"\\\{[^}]*}", ".+")}$", RegexOptions.CultureInvariant);
}
