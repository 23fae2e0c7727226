using System.Runtime.InteropServices;

namespace Rlhf.Runtime;

/// <summary>
/// Makes one loaded library stand for its namesake elsewhere. TorchSharp's own loader opens the libtorch beside the program by its path,
/// whatever is loaded already, and two libtorch in one process abort it.
/// </summary>
internal static partial class LoadedLibrary
{
    private const int LinkMap = 2;
    private const string SearchFolders = "NATIVE_DLL_SEARCH_DIRECTORIES";

    /// <summary>
    /// Gives a loaded library the path under which the runtime would find another file of its name; glibc compares a path that is opened
    /// with the names of what is loaded before it looks at the disk.
    /// </summary>
    /// <param name="library">What was loaded.</param>
    /// <param name="path">Where it was loaded from.</param>
    public static void StandFor(nint library, string path)
    {
        string name = Path.GetFileName(path);
        string? namesake = ((AppContext.GetData(SearchFolders) as string) ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(f => f.EndsWith('/') ? f + name : $"{f}/{name}")
            .FirstOrDefault(File.Exists);
        if (namesake is not null && namesake != path && Information(library, LinkMap, out nint map) == 0)
        {
            // struct link_map of <link.h>: l_addr, then l_name. The text is never freed, as the library is never closed.
            Marshal.WriteIntPtr(map, nint.Size, Marshal.StringToCoTaskMemUTF8(namesake));
        }
    }

    [LibraryImport("libc", EntryPoint = "dlinfo")]
    private static partial int Information(nint handle, int request, out nint answer);
}
