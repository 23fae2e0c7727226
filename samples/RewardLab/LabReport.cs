using System.Globalization;
using Rlhf;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Spectre.Console;

namespace RewardLab;

/// <summary>Console tables of what each stage did: to each channel, to each completion, to each step.</summary>
internal static class LabReport
{
    private const int Shown = 40;
    private const int NarrowestColumn = 12;

    private static readonly string[] Figures = ["mean", "std", "min", "max"];
    private static readonly string[] Shares = ["changed", "invalid", "correlation"];

    /// <summary>
    /// Prints a row a stage and channel, with what the stage says of its own work (threshold, shares clipped, gated, flipped …) in the last
    /// column.
    /// </summary>
    public static void Stages(IAnsiConsole console, LabResult result)
    {
        Dictionary<string, double> values = result.Metrics.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
        Table table = new Table()
            .Title("Stages")
            .AddColumns(["stage", "channel", .. Figures.Select(f => $"{f}, before → after"), .. Shares, "of its own"]);
        foreach (StageSnapshot stage in result.Rewards.Stages)
        {
            string prefix = $"shaping/{stage.Stage}/",
                own = Own(values, stage, prefix);
            foreach (RewardChannel channel in stage.Channels)
            {
                string Find(string figure) => values.TryGetValue($"{prefix}{channel.Name}/{figure}", out double value) ? Number(value) : "";
                Add(
                    table,
                    [stage.Stage, channel.Name, .. Figures.Select(f => $"{Find(f + "_before")} → {Find(f)}"), .. Shares.Select(Find), own]
                );
                own = "";
            }
        }

        console.Write(table);
    }

    /// <summary>
    /// Prints the sum of each channel's valid entries for each completion, as scored and after each stage: a row a completion, or a column a
    /// completion where there are more channels than fit beside each other.
    /// </summary>
    public static void Completions(IAnsiConsole console, LabResult result, int rows)
    {
        Completion[] shown = [.. result.File.Completions.Take(rows)];
        (string Title, string[] Cells)[] columns =
        [
            ("line", [.. shown.Select(c => c.Problem.Id)]),
            ("response", [.. shown.Select(c => Line(c.Text))]),
            ("step count", [.. shown.Select(c => $"{c.Steps.Count}")]),
            .. Columns(result.Rewards).Select(c => (c.Title, Rows(c.Channel).Take(rows).Select(Sum).ToArray())),
            ("return", [.. result.Returns.Take(rows).Select(r => Sum([r]))]),
        ];
        int perLine = Math.Max(1, (console.Profile.Width - Shown) / NarrowestColumn);
        if (columns.Length <= perLine)
        {
            Table table = new Table().Title("Completions").AddColumns([.. columns.Select(c => Markup.Escape(c.Title))]);
            foreach (int b in Enumerable.Range(0, shown.Length))
            {
                Add(table, columns.Select(c => c.Cells[b]));
            }

            console.Write(table);
            return;
        }

        foreach (int[] part in Enumerable.Range(0, shown.Length).Chunk(perLine))
        {
            Table table = new Table().Title("Completions").AddColumns(["", .. part.Select(b => $"line {columns[0].Cells[b]}")]);
            foreach ((string title, string[] cells) in columns.Skip(1))
            {
                Add(table, [title, .. part.Select(b => cells[b])]);
            }

            console.Write(table);
        }
    }

    /// <summary>Prints a table a completion, with a row a step and the step channels as scored and after each stage.</summary>
    public static void Steps(IAnsiConsole console, LabResult result, int rows)
    {
        (string Title, double?[][] Rows)[] columns =
        [
            .. Columns(result.Rewards).Where(c => c.Channel.Granularity == RewardGranularity.Step).Select(c => (c.Title, Rows(c.Channel))),
        ];
        for (int b = 0; b < Math.Min(rows, result.File.Completions.Count); b++)
        {
            Completion completion = result.File.Completions[b];
            Table table = new Table()
                .Title($"Steps of line {completion.Problem.Id}")
                .AddColumns(["step", "text", .. columns.Select(c => Markup.Escape(c.Title))]);
            for (int k = 0; k < completion.Steps.Count; k++)
            {
                Add(
                    table,
                    [$"{k + 1}", Line(completion.Steps[k]), .. columns.Select(c => c.Rows[b][k] is { } value ? Number(value) : "invalid")]
                );
            }

            console.Write(table);
        }
    }

    private static IEnumerable<(string Title, RewardChannel Channel)> Columns(ShapedRewards rewards) =>
        rewards
            .Raw.Channels.Select(c => (c.Name, c))
            .Concat(rewards.Stages.SelectMany(s => s.Channels.Select(c => ($"{s.Stage}: {c.Name}", c))));

    // What is no figure of a channel that every stage has.
    private static string Own(Dictionary<string, double> values, StageSnapshot stage, string prefix)
    {
        HashSet<string> common =
        [
            .. from channel in stage.Channels
            from figure in Figures.Concat(Figures.Select(f => f + "_before")).Concat(Shares)
            select $"{channel.Name}/{figure}",
        ];
        return string.Join(
            ", ",
            values
                .Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal) && !common.Contains(v.Key[prefix.Length..]))
                .Select(v => $"{v.Key[prefix.Length..]} {Number(v.Value)}")
        );
    }

    // Each row's entries; null is invalid.
    private static double?[][] Rows(RewardChannel channel)
    {
        double[] values = [.. channel.Values.data<double>()];
        bool[] valid = [.. channel.Valid.data<bool>()];
        int rows = (int)channel.Values.size(0),
            width = values.Length / rows;
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(b => Enumerable.Range(b * width, width).Select(i => valid[i] ? values[i] : (double?)null).ToArray()),
        ];
    }

    private static string Sum(double?[] entries) => entries.Any(e => e is not null) ? Number(entries.Sum()!.Value) : "invalid";

    private static string Line(string text)
    {
        string line = text.Replace('\n', '⏎');
        return line.Length > Shown ? line[..Shown] + "…" : line;
    }

    private static void Add(Table table, IEnumerable<string> cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    // A product may be −0, which reads like a small negative number.
    private static string Number(double value) => (value == 0 ? 0 : value).ToString("0.###", CultureInfo.InvariantCulture);
}
