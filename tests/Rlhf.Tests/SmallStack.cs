using System.Runtime.ExceptionServices;

namespace Rlhf.Tests;

/// <summary>Runs work on a thread with 256 KiB of stack, where a recursion whose depth an input chooses ends the process.</summary>
internal static class SmallStack
{
    private const int Bytes = 256 * 1024;

    public static void Run(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            Bytes
        );
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
