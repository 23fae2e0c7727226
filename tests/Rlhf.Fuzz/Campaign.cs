using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Rlhf.Fuzz;

/// <summary>What a target showed.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Inputs">Inputs read.</param>
/// <param name="Refused">Those refused as documented.</param>
/// <param name="Findings">Faults.</param>
/// <param name="Seconds">Time of its workers.</param>
internal sealed record TargetResult(string Target, long Inputs, long Refused, IReadOnlyList<Finding> Findings, double Seconds);

/// <summary>How long one input may take before it counts as a hang.</summary>
/// <param name="Processor">Time that the worker computes; a machine that is busy with other work does not add to it.</param>
/// <param name="Clock">Time until the end, for a worker that waits for ever.</param>
internal sealed record Patience(TimeSpan Processor, TimeSpan Clock);

/// <summary>The parent process: starts workers, watches their memory and progress, and goes on after the input that ended one.</summary>
internal sealed class Campaign(long seed, string folder, Patience patience, long mostMemory)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads a target's inputs.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="from">Number of the first.</param>
    /// <param name="to">Number after the last.</param>
    /// <param name="cancellationToken">Ends the workers.</param>
    public TargetResult Run(string target, long from, long to, CancellationToken cancellationToken)
    {
        string progressFile = Path.Combine(folder, $"{target}-{from}.progress"),
            findingsFile = Path.Combine(folder, $"{target}-{from}.findings");
        List<Finding> findings = [];
        long refused = 0,
            next = from;
        var clock = Stopwatch.StartNew();
        while (next < to)
        {
            cancellationToken.ThrowIfCancellationRequested();
            File.WriteAllBytes(progressFile, new byte[2 * sizeof(long)]);
            (string? end, string output) = Watch(Start(target, next, to, progressFile, findingsFile), progressFile, cancellationToken);
            if (end is null)
            {
                refused += JsonSerializer.Deserialize<WorkerResult>(output.AsSpan(output.LastIndexOf('{')))!.Refused;
                next = to;
            }
            else
            {
                byte[] position = File.ReadAllBytes(progressFile);
                long at = BinaryPrimitives.ReadInt64LittleEndian(position);
                refused += BinaryPrimitives.ReadInt64LittleEndian(position.AsSpan(sizeof(long)));
                findings.Add(new(target, at, end, output));
                next = at + 1;
            }
        }

        if (File.Exists(findingsFile))
        {
            findings.AddRange(File.ReadLines(findingsFile).Select(l => JsonSerializer.Deserialize<Finding>(l)!));
        }

        return new(target, to - from, refused, findings, clock.Elapsed.TotalSeconds);
    }

    private Process Start(string target, long from, long to, string progressFile, string findingsFile)
    {
        ProcessStartInfo start = new(
            Environment.ProcessPath!,
            [
                .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                    ? [Environment.GetCommandLineArgs()[0]]
                    : (string[])[],
                "worker",
                target,
                Number(seed),
                Number(from),
                Number(to),
                progressFile,
                findingsFile,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    // How the worker ended: null for well, else the kind of fault, with what it wrote.
    private (string? End, string Output) Watch(Process worker, string progressFile, CancellationToken cancellationToken)
    {
        using Process process = worker;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None),
            errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        (string Kind, string Why)? killed = null;
        var still = Stopwatch.StartNew();
        TimeSpan before = TimeSpan.Zero;
        long last = -1;
        while (!process.WaitForExit(Look))
        {
            if (Usage(process) is not (TimeSpan computed, long memory))
            {
                continue;
            }

            long now = BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(progressFile));
            if (now != last)
            {
                (last, still, before) = (now, Stopwatch.StartNew(), computed);
            }

            if (memory > mostMemory)
            {
                killed ??= ("memory", $"{memory >> 20} MiB in the process");
            }
            else if (computed - before > patience.Processor || still.Elapsed > patience.Clock)
            {
                killed ??= (
                    "hang",
                    $"no end in {still.Elapsed.TotalSeconds:F0} s, of which it computed {(computed - before).TotalSeconds:F0} s"
                );
            }

            if (killed is not null || cancellationToken.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        string text = output.GetAwaiter().GetResult(),
            error = errors.GetAwaiter().GetResult();
        return killed is var (kind, why) ? (kind, $"{why}\n{error}")
            : process.ExitCode != 0
                ? (
                    error.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) ? "memory" : "crash",
                    $"exit code {process.ExitCode}\n{error}"
                )
            : (null, text);
    }

    // What the process has used so far, or null where it has just ended.
    private static (TimeSpan Computed, long Memory)? Usage(Process process)
    {
        try
        {
            process.Refresh();
            return (process.TotalProcessorTime, process.WorkingSet64);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
