using System.Globalization;
using System.Net;
using System.Text;
using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>A run as one HTML page that loads nothing.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff }
        body { max-width: 1340px; margin: 2rem auto; padding: 0 1.5rem }
        h1 { margin-bottom: .2rem } h2 { margin-top: 2.2rem; border-bottom: 1px solid #d8dee4 }
        .result { font-size: 1.35rem; margin: .4rem 0 } .muted { color: #57606a }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem }
        .plots img { width: 100%; border: 1px solid #d8dee4; border-radius: 6px }
        .wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
        th, td { border: 1px solid #d8dee4; padding: .3rem .5rem; text-align: left; vertical-align: top }
        th { background: #f6f8fa; font-weight: 600 } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
        td.text { white-space: pre-wrap; min-width: 18rem; overflow-wrap: anywhere } .invalid { color: #cf222e }
        pre { background: #f6f8fa; padding: 1rem; border-radius: 6px; overflow-x: auto }
        """;

    /// <summary>The page's text.</summary>
    /// <param name="run">What ran.</param>
    /// <param name="summary">How it ended.</param>
    /// <param name="plots">Its curves.</param>
    /// <param name="completions">Its completion tables, in order; the first and the last are shown.</param>
    /// <param name="configuration">The resolved configuration, or null.</param>
    public static string Render(
        RunInfo run,
        RunSummary summary,
        IReadOnlyList<RunPlot> plots,
        IReadOnlyList<CompletionTable> completions,
        string? configuration
    )
    {
        StringBuilder page = new();
        page.Append(
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>"
            )
            .Append(Text(run.Name))
            .Append("</title>\n<style>\n")
            .Append(Style)
            .Append("\n</style></head><body>\n");
        Head(page, run, summary);
        page.Append("<h2>Curves</h2>\n<div class=\"plots\">\n");
        foreach (RunPlot plot in plots)
        {
            // As an image, so that the names inside one figure cannot meet those of another.
            string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(plot.Svg));
            page.Append(CultureInfo.InvariantCulture, $"<img alt=\"{Text(plot.Title)}\" src=\"data:image/svg+xml;base64,{data}\">\n");
        }

        page.Append("</div>\n");
        foreach (CompletionTable table in completions.Count < 2 ? completions : [completions[^1], completions[0]])
        {
            Completions(page, table);
        }

        if (configuration is not null)
        {
            page.Append("<h2>Configuration</h2>\n<pre>").Append(Text(configuration)).Append("</pre>\n");
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static void Head(StringBuilder page, RunInfo run, RunSummary summary)
    {
        string outcome = summary.Outcome switch
        {
            RunOutcome.Completed => "completed",
            RunOutcome.StoppedEarly => "stopped early",
            _ => "interrupted",
        };
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h1>{Text(run.Name)}</h1>\n<p class=\"result\">Accuracy <b>{Share(summary.AccuracyBefore)}</b> → <b>{Share(summary.AccuracyAfter)}</b></p>\n"
        );
        page.Append(CultureInfo.InvariantCulture, $"<p>{outcome} after {summary.Steps} iterations and {summary.Seconds:F0} s; ");
        page.Append(
                "accuracy is the share of test problems solved by greedy decoding, before and after the last phase.</p>\n<p class=\"muted\">"
            )
            .AppendJoin(" · ", run.Environment.Select(e => Text($"{e.Key} {e.Value}")))
            .Append("</p>\n");
        foreach (string note in summary.Notes)
        {
            page.Append("<p>").Append(Text(note)).Append("</p>\n");
        }
    }

    private static void Completions(StringBuilder page, CompletionTable table)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Completions of {Text(table.Phase)} iteration {table.Step}</h2>\n<div class=\"wide\"><table>\n<tr>"
        );
        foreach (
            string heading in (string[])
                [
                    "problem",
                    "completion",
                    "answer",
                    "end",
                    .. table.Columns.Select(c => $"{c.Stage}: {c.Channel}"),
                    "final reward",
                    "advantage",
                ]
        )
        {
            page.Append("<th>").Append(Text(heading)).Append("</th>");
        }

        page.Append("</tr>\n");
        foreach (CompletionRow row in table.Rows)
        {
            page.Append("<tr>");
            foreach (string text in (string[])[row.Prompt, row.Completion, row.Reference ?? "", row.FinishReason])
            {
                page.Append(text.Length > 20 ? "<td class=\"text\">" : "<td>").Append(Text(text)).Append("</td>");
            }

            foreach (double? value in (double?[])[.. row.Rewards, row.FinalReward, row.Advantage])
            {
                page.Append("<td class=\"number\">")
                    .Append(value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "<span class=\"invalid\">invalid</span>")
                    .Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Share(double? accuracy) => accuracy?.ToString("P1", CultureInfo.InvariantCulture) ?? "not measured";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
