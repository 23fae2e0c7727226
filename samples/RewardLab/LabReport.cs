using System.Globalization;
using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Shaping;
using ScottPlot;
using Spectre.Console;

namespace RewardLab;

/// <summary>Shows what each stage did: figures a stage and channel, values a completion, histograms before and after.</summary>
internal static class LabReport
{
    private const int Bins = 30;
    private const int Width = 640;
    private const int Height = 360;

    private static readonly string[] Figures = ["mean", "std", "min", "max"];

    /// <summary>Prints a row a stage and channel.</summary>
    public static void Stages(IAnsiConsole console, ShapedRewards rewards, IReadOnlyList<Metric> metrics)
    {
        Dictionary<string, double> values = metrics.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
        Table table = new Table().Title("Stages").AddColumns(["stage", "channel", .. Figures.Select(f => $"{f}, before → after"), "changed", "invalid", "correlation"]);
        foreach ((string stage, RewardChannel channel) in rewards.Stages.SelectMany(s => s.Channels.Select(c => (s.Stage, c))))
        {
            string Find(string figure) => values.TryGetValue($"shaping/{stage}/{channel.Name}/{figure}", out double value) ? Number(value) : "";
            table.AddRow([.. ((string[])[stage, channel.Name, .. Figures.Select(f => $"{Find(f + "_before")} → {Find(f)}"), Find("changed"), Find("invalid"), Find("correlation")]).Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    /// <summary>Prints a row a completion, with the sum of each channel's valid entries as scored and after each stage.</summary>
    public static void Completions(IAnsiConsole console, CompletionFile file, ShapedRewards rewards, double[] returns, int rows)
    {
        (string Title, string[] Cells)[] columns =
        [
            .. rewards.Raw.Channels.Select(c => (c.Name, Cells(c))),
            .. rewards.Stages.SelectMany(s => s.Channels.Select(c => ($"{s.Stage}: {c.Name}", Cells(c)))),
            ("return", [.. returns.Select(Number)]),
        ];
        Table table = new Table().Title("Completions").AddColumns(["line", "response", "steps", .. columns.Select(c => Markup.Escape(c.Title))]);
        for (int b = 0; b < Math.Min(rows, file.Completions.Count); b++)
        {
            const int Shown = 40;
            string text = file.Completions[b].Text.Replace('\n', '⏎');
            table.AddRow([.. ((string[])[$"{b + 1}", text.Length > Shown ? text[..Shown] + "…" : text, $"{file.Completions[b].Steps.Count}", .. columns.Select(c => c.Cells[b])]).Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    /// <summary>Draws a histogram a stage and channel, of entries before it and after it.</summary>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Plots(ShapedRewards rewards, string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> files = [];
        Dictionary<string, RewardChannel> now = rewards.Raw.Channels.ToDictionary(c => c.Name, StringComparer.Ordinal);
        int number = 0;
        foreach (StageSnapshot stage in rewards.Stages)
        {
            number++;
            foreach (RewardChannel channel in stage.Channels)
            {
                double[] after = Entries(channel), before = now.TryGetValue(channel.Name, out RewardChannel? old) ? Entries(old) : [];
                now[channel.Name] = channel;
                if (after.Length > 0)
                {
                    files.Add(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:D2}-{stage.Stage}-{channel.Name}.png")));
                    Draw(before, after, $"{stage.Stage}: {channel.Name}", files[^1]);
                }
            }
        }

        return files;
    }

    private static void Draw(double[] before, double[] after, string title, string file)
    {
        using Plot plot = new();
        double low = before.Concat(after).Min(), high = before.Concat(after).Max(), width = high > low ? (high - low) / Bins : 1;
        foreach ((double[] values, string name) in ((double[], string)[])[(before, "before"), (after, "after")])
        {
            if (values.Length > 0)
            {
                int[] counts = new int[Bins + 1];
                Array.ForEach(values, v => counts[(int)((v - low) / width)]++);
                ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine([.. Enumerable.Range(0, counts.Length).Select(i => low + (i + 0.5) * width)], Array.ConvertAll(counts, c => (double)c / values.Length));
                line.ConnectStyle = ConnectStyle.StepHorizontal;
                line.LineWidth = 2;
                line.LegendText = name;
            }
        }

        plot.Title(title);
        plot.XLabel("reward");
        plot.YLabel("share of valid entries");
        plot.ShowLegend();
        plot.SavePng(file, Width, Height);
    }

    private static double[] Entries(RewardChannel channel)
    {
        double[] values = [.. channel.Values.data<double>()];
        bool[] valid = [.. channel.Valid.data<bool>()];
        return [.. values.Where((_, i) => valid[i])];
    }

    private static string[] Cells(RewardChannel channel)
    {
        int rows = (int)channel.Values.size(0);
        double[] values = [.. channel.Values.data<double>()];
        bool[] valid = [.. channel.Valid.data<bool>()];
        int width = values.Length / rows;
        return [.. Enumerable.Range(0, rows).Select(b => Enumerable.Range(b * width, width).Where(i => valid[i]).Select(i => values[i]).ToArray() is { Length: > 0 } own ? Number(own.Sum()) : "invalid")];
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
