using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Fuzz;

/// <summary>A whole campaign: shares the inputs out, runs them in parallel, prints a table and keeps what was found.</summary>
internal static class FuzzRun
{
    private const long PartSize = 20_000;
    private const long MostMemory = 3L << 30;
    private static readonly Patience Patience = new(Processor: TimeSpan.FromSeconds(10), Clock: TimeSpan.FromMinutes(2));
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Execute(IReadOnlyList<FuzzEntry> targets, long inputs, long seed, string? only, int workers, string? findingsFolder)
    {
        if (only is not null && targets.All(t => t.Name != only))
        {
            Console.Error.WriteLine($"There is no target '{only}'; --list names them.");
            return 2;
        }

        FuzzEntry[] chosen = [.. targets.Where(t => only is null || t.Name == only)];
        double weights = chosen.Sum(t => t.Weight);
        (string Name, long From, long To)[] parts =
        [
            .. chosen.SelectMany(t => Parts(t.Name, (long)Math.Ceiling(inputs * t.Weight / weights))).OrderByDescending(p => p.To - p.From),
        ];
        string folder = Directory.CreateTempSubdirectory("rlhf-fuzz-").FullName;
        ConcurrentBag<TargetResult> results = [];
        using CancellationTokenSource cancellation = new();
        Console.CancelKeyPress += (_, e) => (e.Cancel, _) = (true, Task.Run(cancellation.Cancel));
        try
        {
            Campaign campaign = new(seed, folder, Patience, MostMemory);
            Parallel.ForEach(
                parts,
                new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation.Token },
                part =>
                {
                    results.Add(campaign.Run(part.Name, part.From, part.To, cancellation.Token));
                    Console.Error.WriteLine(
                        $"{results.Sum(r => r.Inputs)} of {inputs} inputs, {results.Sum(r => r.Findings.Count)} findings"
                    );
                }
            );
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Interrupted.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Report([.. chosen.Select(t => t.Name)], [.. results], seed, findingsFolder);
    }

    private static IEnumerable<(string Name, long From, long To)> Parts(string name, long inputs)
    {
        for (long from = 0; from < inputs; from += PartSize)
        {
            yield return (name, from, Math.Min(from + PartSize, inputs));
        }
    }

    private static int Report(IReadOnlyList<string> names, IReadOnlyList<TargetResult> results, long seed, string? findingsFolder)
    {
        Finding[] findings = [.. results.SelectMany(r => r.Findings).OrderBy(f => f.Target, StringComparer.Ordinal).ThenBy(f => f.Input)];
        Console.WriteLine("| target | inputs | refused | crashes | memory | hangs | undocumented exceptions | inputs/s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (string name in names)
        {
            Row(name, [.. results.Where(r => r.Target == name)]);
        }

        Row("all", results);
        if (findingsFolder is not null && findings.Length > 0)
        {
            Directory.CreateDirectory(findingsFolder);
            File.WriteAllText(Path.Combine(findingsFolder, $"findings-{seed}.json"), JsonSerializer.Serialize(findings, Indented));
        }

        foreach (
            IGrouping<(string Target, string Kind, string Place), Finding> alike in findings.GroupBy(f => (f.Target, f.Kind, Place(f)))
        )
        {
            Finding first = alike.First();
            Console.WriteLine(
                $"{first.Target} {first.Input}: {first.Kind} ({alike.Count()} alike): {JsonText.Quote(first.Message.Split('\n')[0].Trim())} {alike.Key.Place}"
            );
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"fuzz: {results.Sum(r => r.Inputs)} inputs, {Of("crash")} crashes, {Of("memory")} memory deaths, {Of("hang")} hangs, {Of("exception")} undocumented exceptions"
            )
        );
        return findings.Length == 0 ? 0 : 1;

        int Of(string kind) => findings.Count(f => f.Kind == kind);
    }

    private static void Row(string name, IReadOnlyCollection<TargetResult> results)
    {
        double seconds = results.Sum(r => r.Seconds);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {results.Sum(r => r.Inputs)} | {results.Sum(r => r.Refused)} | {Of("crash")} | {Of("memory")} | {Of("hang")} | {Of("exception")} | {results.Sum(r => r.Inputs) / Math.Max(seconds, 1e-3):F0} |"
            )
        );

        int Of(string kind) => results.Sum(r => r.Findings.Count(f => f.Kind == kind));
    }

    // The kind of exception and the first place of the library in its stack: what tells faults apart.
    private static string Place(Finding finding)
    {
        string[] lines = finding.Message.Split('\n');
        string place = lines.FirstOrDefault(l => l.TrimStart().StartsWith("at Rlhf.", StringComparison.Ordinal)) ?? "";
        return $"{lines[0].Split(':')[0]} {place.Trim()}";
    }
}
