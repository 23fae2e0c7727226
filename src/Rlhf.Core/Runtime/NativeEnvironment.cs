using System.Runtime.InteropServices;

namespace Rlhf.Runtime;

/// <summary>Settings that native libraries read from the C environment or the C allocator once, before they load.</summary>
internal static partial class NativeEnvironment
{
    private const int MmapThreshold = -3;
    private const int TrimThreshold = -1;

    /// <summary>
    /// OpenMP threads sleep instead of spinning between two operations (spinning threads starve the others on a small machine),
    /// and large blocks go back to the system when freed (glibc otherwise raises its threshold and resident memory creeps up).
    /// A value that the user has set stays.
    /// </summary>
    public static void Apply()
    {
        SetDefault("OMP_WAIT_POLICY", "PASSIVE");
        _ = MallOpt(MmapThreshold, 64 << 20);
        _ = MallOpt(TrimThreshold, 256 << 20);
    }

    // .NET keeps its own copy of the environment on Linux, so native code needs the real setenv.
    private static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            _ = SetEnv(name, value, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
