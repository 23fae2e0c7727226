using System.Buffers.Binary;
using System.Text.Json;

namespace Rlhf.Fuzz;

/// <summary>What a worker counted.</summary>
/// <param name="Inputs">Inputs read.</param>
/// <param name="Refused">Those refused with a documented exception.</param>
internal sealed record WorkerResult(long Inputs, long Refused);

/// <summary>A fault that an input showed.</summary>
/// <param name="Target">The target.</param>
/// <param name="Input">Number of the input.</param>
/// <param name="Kind">crash, memory, hang, exception or slow.</param>
/// <param name="Message">The exception with its stack, or what was seen.</param>
internal sealed record Finding(string Target, long Input, string Kind, string Message);

/// <summary>The child process: reads inputs one after the other and says before each which one comes.</summary>
internal static class Worker
{
    // Far below a thread's usual stack, so that recursion which an input chooses shows.
    private const int StackSize = 512 * 1024;
    private const long MostAllocated = 1L << 30;

    public static int Run(string name, FuzzTarget target, long campaign, long from, long to, string progressFile, string findingsFile)
    {
        using FileStream progress = new(progressFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        long refused = 0;
        byte[] position = new byte[2 * sizeof(long)];
        Thread thread = new(
            () =>
            {
                for (long i = from; i < to; i++)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(position, i);
                    BinaryPrimitives.WriteInt64LittleEndian(position.AsSpan(sizeof(long)), refused);
                    RandomAccess.Write(progress.SafeFileHandle, position, 0);
                    refused += One(name, target, campaign, i, findingsFile) ? 1 : 0;
                }
            },
            StackSize
        );
        thread.Start();
        thread.Join();
        Console.WriteLine(JsonSerializer.Serialize(new WorkerResult(to - from, refused)));
        return 0;
    }

    /// <summary>Reads one input; whether it was refused as documented.</summary>
    private static bool One(string name, FuzzTarget target, long campaign, long index, string findingsFile)
    {
        byte[] input = Mutator.Input(target.Seeds, campaign, name, index);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
            Memory();
            return false;
        }
        catch (Exception e) when (target.Documented.Any(t => t.IsInstanceOfType(e)))
        {
            Memory();
            return true;
        }
        catch (Exception e)
        {
            Add(e is OutOfMemoryException ? "memory" : "exception", e.ToString());
            return false;
        }

        void Memory()
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MostAllocated)
            {
                Add("memory", $"{allocated >> 20} MiB allocated for {input.Length} bytes");
            }
        }

        void Add(string kind, string message) =>
            File.AppendAllText(findingsFile, JsonSerializer.Serialize(new Finding(name, index, kind, message)) + "\n");
    }
}
