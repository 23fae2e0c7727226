using System.ComponentModel;
using System.Diagnostics;

namespace Rlhf.Tests.Verification.Sandbox;

/// <summary>
/// Whether this machine lets a user make namespaces, found without the library's code: a sandbox that is broken must fail the tests, not
/// skip them.
/// </summary>
internal static class SandboxPrerequisites
{
    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

    private static readonly string[] Namespaces =
    [
        .. "unshare --user --map-root-user --mount --net --ipc --pid --fork mount -t tmpfs tmpfs /tmp".Split(' '),
    ];

    private static readonly Lazy<string?> Missing = new(Find);

    /// <summary>Skips the running test where no sandbox can be had.</summary>
    public static void Require() => Assert.SkipWhen(Missing.Value is not null, Missing.Value ?? "");

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "the sandbox needs Linux";
        }

        string[] command = [.. Environment.IsPrivilegedProcess ? AsNobody : [], .. Namespaces];
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"this machine allows no sandbox: {errors.Trim()}";
        }
        catch (Win32Exception e)
        {
            return $"this machine has no sandbox: {e.Message}";
        }
    }
}
