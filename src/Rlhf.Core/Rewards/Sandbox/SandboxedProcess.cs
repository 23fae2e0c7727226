using System.Diagnostics;
using System.Globalization;

namespace Rlhf.Rewards.Sandbox;

/// <summary>
/// Runs a command in namespaces of its own (users, network, processes) under resource limits. When it is over, by itself or by the clock, everything it started is gone: the kernel ends a process
/// namespace with its first process.
/// </summary>
internal static class SandboxedProcess
{
    // What a program may print is bounded by its CPU time; of it only the end is kept.
    private const int KeptCharacters = 4096;

    /// <summary>Checks that this machine can do it.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ArgumentException("unit tests of generated code need Linux: the sandbox is made of its namespaces.");
        }

        string folder = Directory.CreateTempSubdirectory("rlhf-sandbox-").FullName;
        try
        {
            SandboxResult probe = RunAsync(["true"], folder, new(), CancellationToken.None).GetAwaiter().GetResult();
            if (probe.ExitCode != 0)
            {
                throw new ArgumentException($"unit tests of generated code need a sandbox, which this machine refuses: {probe.Errors.Trim()} Allow user namespaces (sysctl kernel.unprivileged_userns_clone, or a container's security options).");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ArgumentException($"unit tests of generated code need the programs unshare and prlimit (util-linux): {e.Message}", e);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs a command with a folder as its working folder and home.</summary>
    /// <returns>What it left; an exit code of null if the clock ended it.</returns>
    public static async Task<SandboxResult> RunAsync(IReadOnlyList<string> command, string folder, UnitTestsOptions limits, CancellationToken cancellationToken)
    {
        const long Mebibyte = 1 << 20;
        string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new("unshare",
        [
            "--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child=KILL", "--",
            "prlimit", "--cpu=" + Number(limits.CpuSeconds), "--as=" + Number(limits.MemoryMebibytes * Mebibyte), "--fsize=" + Number(limits.FileMebibytes * Mebibyte), "--core=0", "--nofile=256", "--",
            .. command,
        ])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment.Clear();
        (start.Environment["PATH"], start.Environment["HOME"], start.Environment["LANG"]) = (path, folder, "C.UTF-8");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = TailAsync(process.StandardOutput), errors = TailAsync(process.StandardError);
        using CancellationTokenSource clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(TimeSpan.FromSeconds(limits.WallSeconds));
        bool inTime = true;
        try
        {
            await process.WaitForExitAsync(clock.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            inTime = false;
        }

        return new(inTime ? process.ExitCode : null, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
    }

    private static async Task<string> TailAsync(StreamReader reader)
    {
        char[] buffer = new char[KeptCharacters];
        string tail = "";
        for (int read; (read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            tail += new string(buffer, 0, read);
            tail = tail.Length > KeptCharacters ? tail[^KeptCharacters..] : tail;
        }

        return tail;
    }
}

/// <summary>What a sandboxed command left.</summary>
/// <param name="ExitCode">Its exit code; null if the clock ended it.</param>
/// <param name="Output">The end of what it printed.</param>
/// <param name="Errors">The end of what it printed to standard error.</param>
internal sealed record SandboxResult(int? ExitCode, string Output, string Errors);
