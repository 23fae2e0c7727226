namespace Rlhf.Runtime;

/// <summary>Where libtorch may lie, and whether what lies there fits.</summary>
internal static class LibTorchFolders
{
    /// <summary>The folder itself or its <c>lib</c>, whichever holds libtorch_cpu.so; null where neither does.</summary>
    public static string? Resolve(string folder) =>
        ((string[])[folder, Path.Combine(folder, "lib")])
            .Select(Path.GetFullPath)
            .FirstOrDefault(f => File.Exists(Path.Combine(f, "libtorch_cpu.so")));

    public static string? FirstThatHolds(string file, List<string> tried, params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                return folder;
            }

            tried.Add(path);
        }

        return null;
    }

    /// <summary>Two libtorch in one process abort it; the dynamic loader's search path is the usual way to get there.</summary>
    public static void RefuseSecond(string chosen)
    {
        string own = Real(Path.Combine(chosen, "libtorch_cpu.so"));
        foreach (
            string folder in (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            string other = Path.Combine(folder, "libtorch_cpu.so");
            if (File.Exists(other) && Real(other) != own)
            {
                throw new TorchRuntimeException(
                    $"Two libtorch would be loaded into one process: {own} and, by LD_LIBRARY_PATH, {other}. Remove that folder from LD_LIBRARY_PATH or set {TorchRuntime.LibTorchVariable} to it."
                );
            }
        }
    }

    private static string Real(string path) =>
        new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}
