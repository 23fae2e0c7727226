namespace Rlhf.Fuzz.Targets;

/// <summary>Folders in memory, where the machine has such a file system.</summary>
internal static class Scratch
{
    private const string Memory = "/dev/shm";

    public static string Create() =>
        Directory.Exists(Memory)
            ? Directory.CreateDirectory(Path.Combine(Memory, "rlhf-fuzz-" + Path.GetRandomFileName())).FullName
            : Directory.CreateTempSubdirectory("rlhf-fuzz-").FullName;
}
