using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using Rlhf.Json;

namespace Rlhf.Verification.Sandbox;

/// <summary>
/// Runs a command on a program text in namespaces of its own (users, mounts, network, processes), without privileges and under limits:
/// <c>sandbox.sh</c> makes it. It can write to a <c>/tmp</c> of its own alone, which lives in memory. When it is over, by itself or by a
/// limit, everything it started is gone: the kernel ends a process namespace with its first process.
/// </summary>
internal static class SandboxedProcess
{
    /// <summary>The folder inside that the program lies in and is run in.</summary>
    public const string Folder = "/tmp";

    private const string Ready = "ready";

    // What a program may print is bounded by its CPU time; of it only the end is kept.
    private const int KeptCharacters = 4096;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20),
        ProbeTime = TimeSpan.FromSeconds(60);

    // The first that counts the processes of a user namespace apart: before, a limit for a program would count all that its user runs.
    private static readonly Version OldestKernel = new(5, 14);

    // The kernel limits no number of processes for root, who is also the owner of too much.
    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--"];

    private static readonly Lazy<string> Script = new(() =>
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream("sandbox.sh")!);
        return reader.ReadToEnd();
    });

    /// <summary>Checks that this machine can do it and has a program.</summary>
    /// <exception cref="ArgumentException">It cannot, or has not.</exception>
    public static void Require(string program, UnitTestsOptions limits)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ArgumentException("unit tests of generated code need Linux: the sandbox is made of its namespaces.");
        }

        if (Environment.OSVersion.Version < OldestKernel || !ProcessTree.CanBeMeasured)
        {
            throw new ArgumentException(
                $"unit tests of generated code need Linux {OldestKernel} with CONFIG_PROC_CHILDREN: without them nothing bounds what a program and its children use together."
            );
        }

        using CancellationTokenSource clock = new(ProbeTime);
        try
        {
            // The pool's threads do the work: a caller's synchronization context would wait for itself.
            Task.Run(() => RunAsync(new(["true"], program, ""), limits, clock.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            throw new ArgumentException(
                $"unit tests of generated code cannot be run: {e.Message} The sandbox needs unshare, prlimit, setpriv and mount (util-linux), user namespaces (sysctl kernel.unprivileged_userns_clone, "
                    + $"kernel.apparmor_restrict_unprivileged_userns, or a container's security options), and '{program}' where {(Environment.IsPrivilegedProcess ? "the user nobody" : "the user")} can read it, outside /tmp, /run and /var/tmp: name another in the key command.",
                e
            );
        }
    }

    /// <summary>Runs a command.</summary>
    /// <param name="job">What is run.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it left; an exit code of null if a limit ended it.</returns>
    /// <exception cref="SandboxException">The command was not run.</exception>
    public static async Task<SandboxResult> RunAsync(SandboxJob job, UnitTestsOptions limits, CancellationToken cancellationToken)
    {
        using Process process = Start(job, limits);
        try
        {
            Task<string> errors = TailAsync(process.StandardError, KeptCharacters);
            await SendAsync(process.StandardInput, job.Text + string.Concat(job.Inputs), cancellationToken).ConfigureAwait(false);
            if (await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) != Ready)
            {
                throw new SandboxException(
                    $"The sandbox could not be set up: {JsonText.Quote((await errors.ConfigureAwait(false)).Trim())}."
                );
            }

            Task<string> output = TailAsync(process.StandardOutput, Math.Max(KeptCharacters, job.OutputCharacters));
            bool kept = await KeepsLimitsAsync(process, job, limits, cancellationToken).ConfigureAwait(false);
            return new(kept ? process.ExitCode : null, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        finally
        {
            process.Kill(); // of unshare alone, with which the namespace's first process dies; nothing if it has ended
        }
    }

    private static Process Start(SandboxJob job, UnitTestsOptions limits)
    {
        const long Mebibyte = 1 << 20;
        string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
        string[] all =
        [
            .. Environment.IsPrivilegedProcess ? AsNobody : [],
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "--net",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child=KILL",
            "--",
            "sh",
            "-c",
            Script.Value,
            "sandbox.sh",
            Number(limits.FileMebibytes),
            limits.FileName,
            job.Program,
            Number(limits.CpuSeconds),
            Number(Encoding.UTF8.GetByteCount(job.Text)),
            string.Join(' ', job.Inputs.Select(i => Encoding.UTF8.GetByteCount(i))),
            job.Separator,
            "prlimit",
            "--cpu=" + Number(limits.CpuSeconds + 1), // above the limit for all together, so that its passing is seen
            "--data=" + Number(limits.MemoryMebibytes * Mebibyte),
            "--fsize=" + Number(limits.FileMebibytes * Mebibyte),
            "--core=0",
            "--nofile=256",
            "--nproc=" + Number(limits.Processes + ProcessTree.OfSandbox),
            "--",
            "setpriv",
            "--no-new-privs",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "--",
            .. job.Command,
        ];
        ProcessStartInfo start = new(all[0], all[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        string path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment.Clear();
        (start.Environment["PATH"], start.Environment["HOME"], start.Environment["LANG"]) = (path, Folder, "C.UTF-8");
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new SandboxException($"The sandbox could not be started: {e.Message}.", e);
        }
    }

    private static async Task SendAsync(StreamWriter input, string text, CancellationToken cancellationToken)
    {
        try
        {
            await using (input.ConfigureAwait(false))
            {
                await input.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // Nobody reads: the set-up failed, and says so itself.
        }
    }

    /// <summary>Waits for the end; false where a limit brought it about.</summary>
    private static async Task<bool> KeepsLimitsAsync(
        Process process,
        SandboxJob job,
        UnitTestsOptions limits,
        CancellationToken cancellationToken
    )
    {
        int seconds = Math.Min(limits.WallSeconds, job.MostSeconds);
        long start = Stopwatch.GetTimestamp();
        Task exit = process.WaitForExitAsync(cancellationToken);
        while (await Task.WhenAny(exit, Task.Delay(Interval, cancellationToken)).ConfigureAwait(false) != exit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds || ProcessTree.Measure(process.Id).IsOver(limits))
            {
                process.Kill();
                await exit.ConfigureAwait(false);
                return false;
            }
        }

        await exit.ConfigureAwait(false);
        return true;
    }

    private static async Task<string> TailAsync(StreamReader reader, int kept)
    {
        char[] buffer = new char[4096];
        StringBuilder tail = new();
        for (int read; (read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0; )
        {
            tail.Append(buffer, 0, read);
            if (tail.Length > 2 * kept)
            {
                tail.Remove(0, tail.Length - kept);
            }
        }

        return tail.ToString(Math.Max(0, tail.Length - kept), Math.Min(tail.Length, kept));
    }
}

/// <summary>A command and the program text that it is run on.</summary>
/// <param name="Command">A program and its arguments.</param>
/// <param name="Program">The program to be looked for before the command is run.</param>
/// <param name="Text">What stands in the file <see cref="UnitTestsOptions.FileName"/> of <see cref="SandboxedProcess.Folder"/>.</param>
internal sealed record SandboxJob(IReadOnlyList<string> Command, string Program, string Text)
{
    /// <summary>What stands on standard input of one run each, until one fails; none for one run without input.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>What is printed before each run with an input.</summary>
    public string Separator { get; init; } = "";

    /// <summary>Characters of the output to be kept.</summary>
    public int OutputCharacters { get; init; }

    /// <summary>Time by the clock at the most, in seconds, where that is less than <see cref="UnitTestsOptions.WallSeconds"/>.</summary>
    public int MostSeconds { get; init; } = int.MaxValue;
}

/// <summary>What a sandboxed command left.</summary>
/// <param name="ExitCode">Its exit code, 128 and more for a signal; null if a limit ended it.</param>
/// <param name="Output">The end of what it printed.</param>
/// <param name="Errors">The end of what it printed to standard error.</param>
internal sealed record SandboxResult(int? ExitCode, string Output, string Errors);

/// <summary>A command was not run, which says nothing of it.</summary>
internal sealed class SandboxException(string message, Exception? inner = null) : Exception(message, inner);
