using System.Globalization;

namespace Rlhf.Verification.Sandbox;

/// <summary>
/// What a process and all that came of it use, read from <c>/proc</c>. Limits of the kernel (<c>prlimit</c>) are for one process: a program
/// escapes them by making more.
/// </summary>
/// <param name="Tasks">Processes and threads.</param>
/// <param name="Bytes">Memory that they do not share with files.</param>
/// <param name="Cpu">Processor time, that of ended children included.</param>
internal readonly record struct ProcessTree(int Tasks, long Bytes, TimeSpan Cpu)
{
    /// <summary>Tasks of the sandbox itself: <c>unshare</c> and the shell.</summary>
    public const int OfSandbox = 2;

    private const int TicksPerSecond = 100; // USER_HZ, the same on every architecture

    /// <summary>Whether this kernel says which children a process has.</summary>
    public static bool CanBeMeasured => File.Exists("/proc/thread-self/children");

    /// <summary>Whether a limit for all processes together is passed.</summary>
    public bool IsOver(UnitTestsOptions limits) =>
        Tasks > limits.Processes + OfSandbox || Bytes >> 20 > limits.MemoryMebibytes || Cpu.TotalSeconds > limits.CpuSeconds;

    /// <summary>Looks at a process and its descendants. What ends meanwhile is left out.</summary>
    public static ProcessTree Measure(int root)
    {
        (int tasks, long pages, long ticks) = (0, 0, 0);
        Stack<string> left = new([root.ToString(CultureInfo.InvariantCulture)]);
        while (left.TryPop(out string? id))
        {
            try
            {
                string stat = File.ReadAllText($"/proc/{id}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '),
                    memory = File.ReadAllText($"/proc/{id}/statm").Split(' ');
                ticks += fields[11..15].Sum(Number); // utime, stime, cutime, cstime: fields 14 to 17 of proc(5)
                pages += Number(memory[1]) - Number(memory[2]); // resident less shared
                foreach (string task in Directory.EnumerateDirectories($"/proc/{id}/task"))
                {
                    tasks++;
                    Array.ForEach(File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries), left.Push);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended between two looks.
            }
        }

        return new(tasks, pages * Environment.SystemPageSize, TimeSpan.FromSeconds((double)ticks / TicksPerSecond));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
