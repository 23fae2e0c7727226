using System.Globalization;
using Rlhf.Rewards;
using Rlhf.Shaping;
using ScottPlot;

namespace RewardLab;

/// <summary>Histograms of what each stage did to each channel.</summary>
internal static class LabPlots
{
    private const int Bins = 30;
    private const int Width = 640;
    private const int Height = 360;

    /// <summary>Draws a histogram a stage and channel, of its valid entries before the stage and after it.</summary>
    /// <returns>The files, named after number, stage and channel.</returns>
    public static IReadOnlyList<string> Draw(ShapedRewards rewards, string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> files = [];
        Dictionary<string, double[]> now = rewards.Raw.Channels.ToDictionary(c => c.Name, Entries, StringComparer.Ordinal);
        foreach ((int index, StageSnapshot stage) in rewards.Stages.Index())
        {
            foreach (RewardChannel channel in stage.Channels)
            {
                double[] after = Entries(channel),
                    before = now.GetValueOrDefault(channel.Name, []);
                now[channel.Name] = after;
                if (after.Length > 0)
                {
                    files.Add(
                        Path.Combine(
                            folder,
                            string.Create(CultureInfo.InvariantCulture, $"{index + 1:D2}-{stage.Stage}-{channel.Name}.png")
                        )
                    );
                    Draw(before, after, $"{stage.Stage}: {channel.Name}", files[^1]);
                }
            }
        }

        return files;
    }

    private static void Draw(double[] before, double[] after, string title, string file)
    {
        using Plot plot = new();
        double low = before.Concat(after).Min(),
            high = before.Concat(after).Max(),
            width = high > low ? (high - low) / Bins : 1;
        foreach ((double[] values, string name) in ((double[], string)[])[(before, "before"), (after, "after")])
        {
            if (values.Length > 0)
            {
                int[] counts = new int[Bins + 1];
                Array.ForEach(values, v => counts[(int)((v - low) / width)]++);
                ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(
                    [.. Enumerable.Range(0, counts.Length).Select(i => low + (i + 0.5) * width)],
                    Array.ConvertAll(counts, c => (double)c / values.Length)
                );
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
}
