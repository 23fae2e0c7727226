using System.Globalization;
using Rlhf.Records;
using Spectre.Console;

namespace Rlhf.Reports;

/// <summary>Completions as a console table: a column for each reward channel as scored and after each stage.</summary>
internal static class CompletionsView
{
    private const int Rows = 8;
    private const int TextLength = 180;
    private const int TextWidth = 60;

    /// <summary>Makes the table of the first completions.</summary>
    public static Table Create(CompletionTable completions)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .Title(Markup.Escape($"completions of {completions.Phase} step {completions.Step}"));
        table.AddColumn(new TableColumn("problem and completion").Width(TextWidth));
        foreach (
            string heading in (string[])
                ["answer", .. completions.Columns.Select(c => $"{c.Stage}\n{c.Channel}"), "final\nreward", "advan-\ntage"]
        )
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).NoWrap().RightAligned());
        }

        foreach (CompletionRow row in completions.Rows.Take(Rows))
        {
            table.AddRow([
                $"[grey]{Cell(row.Prompt)}[/]\n{Cell(row.Completion)}",
                Cell(row.Reference ?? ""),
                .. row.Rewards.Select(Number),
                Number(row.FinalReward),
                Number(row.Advantage),
            ]);
        }

        return table;
    }

    private static string Cell(string text)
    {
        string line = text.Replace("\n", " ⏎ ", StringComparison.Ordinal);
        return Markup.Escape(line.Length <= TextLength ? line : line[..TextLength] + "…");
    }

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "[red]invalid[/]";
}
