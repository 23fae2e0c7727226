using System.Runtime.InteropServices;

namespace Rlhf.Runtime;

/// <summary>Loads libtorch once per process, before TorchSharp looks for it.</summary>
/// <remarks>
/// On Linux x64 the libraries are loaded by absolute path, in the order of their dependencies, from the first of: the folder in
/// the environment variable <c>RLHF_LIBTORCH</c> (an unpacked libtorch or its <c>lib</c> folder), <c>runtimes/linux-x64/native</c>
/// beside the program, the program's folder. TorchSharp then finds them by name. Where the system's libstdc++ is older than
/// libLibTorchSharp.so asks for (Debian 12, Ubuntu 22.04), a copy with that one requirement marked weak is loaded instead.
/// Elsewhere TorchSharp's own loader does the work.
/// </remarks>
public static class TorchRuntime
{
    /// <summary>Name of the environment variable that names an existing libtorch folder.</summary>
    public const string LibTorchVariable = "RLHF_LIBTORCH";

    private const string NewestLibstdcxxVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static bool s_prepared;
    private static TorchRuntimeException? s_failure;
    private static string s_libtorchFolder = "";
    private static Version? s_libtorchVersion;
    private static readonly List<string> Notes = [];

    /// <summary>The folder libtorch was loaded from; empty where TorchSharp's own loader found it.</summary>
    public static string LibTorchFolder
    {
        get
        {
            EnsureLoaded();
            return s_libtorchFolder;
        }
    }

    /// <summary>The version of the libtorch that was loaded; TorchSharp's own where it does not say.</summary>
    internal static string LibTorchVersion
    {
        get
        {
            EnsureLoaded();
            return (s_libtorchVersion ?? LibTorchVersions.Built).ToString();
        }
    }

    /// <summary>What a log should say about what was loaded.</summary>
    internal static IReadOnlyList<string> Warnings
    {
        get
        {
            EnsureLoaded();
            return Notes;
        }
    }

    /// <summary>Loads libtorch if that has not happened yet.</summary>
    /// <exception cref="TorchRuntimeException">It could not be loaded; the message says what was tried and what to install.</exception>
    public static void EnsureLoaded()
    {
        Prepare();
        if (s_failure is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>As <see cref="EnsureLoaded"/>, but keeps a failure for the first use: a module initializer must not throw.</summary>
    public static void Prepare()
    {
        lock (Gate)
        {
            if (s_prepared)
            {
                return;
            }

            s_prepared = true;
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            {
                try
                {
                    NativeEnvironment.Apply();
                    LoadOnLinux();
                }
                catch (TorchRuntimeException e)
                {
                    s_failure = e;
                }
            }
        }
    }

    private static void LoadOnLinux()
    {
        List<string> tried = [];
        string native = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        string? chosen = Environment.GetEnvironmentVariable(LibTorchVariable);
        string libtorch;
        if (!string.IsNullOrEmpty(chosen))
        {
            libtorch =
                LibTorchFolders.Resolve(chosen)
                ?? throw new TorchRuntimeException(
                    $"{LibTorchVariable} is '{chosen}', but neither that folder nor its 'lib' holds libtorch_cpu.so."
                );
            if (LibTorchVersions.OfFolder(libtorch) is { } version)
            {
                _ = LibTorchVersions.Check(version, $"{LibTorchVariable} ('{chosen}')");
            }
        }
        else
        {
            libtorch =
                LibTorchFolders.FirstThatHolds("libtorch_cpu.so", tried, native, AppContext.BaseDirectory)
                ?? throw TorchRuntimeException.NotFound("libtorch_cpu.so", tried);
        }

        string shim =
            LibTorchFolders.FirstThatHolds("libLibTorchSharp.so", tried, native, AppContext.BaseDirectory)
            ?? throw TorchRuntimeException.NotFound("libLibTorchSharp.so", tried);
        LibTorchFolders.RefuseSecond(libtorch);
        foreach (string library in (string[])["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"])
        {
            string path = Path.Combine(libtorch, library);
            if (File.Exists(path))
            {
                nint loaded = Load(path);
                LoadedLibrary.StandFor(loaded, path);
                s_libtorchVersion ??= LibTorchVersions.OfLibrary(loaded);
            }
        }

        s_libtorchVersion ??= LibTorchVersions.OfFolder(libtorch);
        if (s_libtorchVersion is { } found && LibTorchVersions.Check(found, libtorch) is { } note)
        {
            Notes.Add(note);
        }

        LoadShim(Path.Combine(shim, "libLibTorchSharp.so"));
        s_libtorchFolder = libtorch;
    }

    private static void LoadShim(string path)
    {
        if (NativeLibrary.TryLoad(path, out _))
        {
            return;
        }

        byte[] image = File.ReadAllBytes(path);
        if (ElfVersionNeeds.MarkWeak(image, NewestLibstdcxxVersion) == 0)
        {
            Load(path);
            return;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("rlhf-");
        try
        {
            string copy = Path.Combine(folder.FullName, "libLibTorchSharp.so");
            File.WriteAllBytes(copy, image);
            Load(copy);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw TorchRuntimeException.NotLoaded(path, e);
        }
    }
}
