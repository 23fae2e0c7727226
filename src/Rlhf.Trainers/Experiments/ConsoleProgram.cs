using System.Reflection;
using System.Runtime.InteropServices;
using Rlhf.Json;
using Rlhf.Runtime;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// What every console program here does around its work: Ctrl+C, exit codes, and one message where something that can be expected goes
/// wrong.
/// </summary>
public static class ConsoleProgram
{
    private static readonly string[] HelpWords = ["--help", "-h", "-?", "/?", "/h", "help"];

    /// <summary>The exit code of a program that did its work.</summary>
    public const int Success = 0;

    /// <summary>The exit code where the work failed.</summary>
    public const int Failed = 1;

    /// <summary>The exit code where the configuration was refused.</summary>
    public const int Refused = 2;

    /// <summary>The exit code of a program that was interrupted and saved its state.</summary>
    public const int Interrupted = 130;

    /// <summary>Runs a program whose words on the command line are its own: answers <c>--help</c> and <c>--version</c>, else does the work.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="usage">What <c>--help</c> shows.</param>
    /// <param name="work">The work; gives the exit code.</param>
    /// <param name="output">Where help goes; null for standard output.</param>
    /// <param name="errors">Where messages go; null for standard error.</param>
    public static int Run(
        IReadOnlyList<string> arguments,
        string usage,
        Func<CancellationToken, int> work,
        TextWriter? output = null,
        TextWriter? errors = null
    )
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(usage);
        output ??= Console.Out;
        if (arguments.Any(HelpWords.Contains))
        {
            output.WriteLine(usage.TrimEnd());
            return Success;
        }

        if (arguments.Contains("--version"))
        {
            output.WriteLine(
                typeof(ConsoleProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            );
            return Success;
        }

        return Run(work, errors);
    }

    /// <summary>
    /// Runs a program. The first Ctrl+C (or SIGTERM) cancels the token, so that the work can save and end; the second ends the process at
    /// once.
    /// </summary>
    /// <param name="work">The work; gives the exit code.</param>
    /// <param name="errors">Where messages go; null for standard error.</param>
    public static int Run(Func<CancellationToken, int> work, TextWriter? errors = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        errors ??= Console.Error;
        using CancellationTokenSource cancellation = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        try
        {
            return work(cancellation.Token);
        }
        catch (ConfigurationException e)
        {
            errors.WriteLine(e.Message);
            return Refused;
        }
        catch (RewardPipelineException e)
        {
            // A stage's own exception is shown whole: it is a fault in code.
            errors.WriteLine($"rewards: {e.Message}");
            if (e.InnerException is { } cause and not RewardPipelineException)
            {
                errors.WriteLine(cause);
            }

            return Refused;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            errors.WriteLine("Interrupted.");
            return Interrupted;
        }
        catch (Exception e) when (Explain(e) is { } message)
        {
            errors.WriteLine(message);
            return Failed;
        }

        void Handle(PosixSignalContext signal)
        {
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            signal.Cancel = true;
            errors.WriteLine("Finishing the iteration, then saving. Press Ctrl+C again to stop at once.");
            cancellation.Cancel();
        }
    }

    // What can happen to any program, in words; null for a fault of the program itself, whose stack trace is wanted.
    private static string? Explain(Exception e) =>
        e switch
        {
            OutOfMemoryException => OutOfMemory(),
            ExternalException
                when e.Message.Contains("allocate", StringComparison.OrdinalIgnoreCase)
                    || e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => OutOfMemory(),
            RewardSourceException { InnerException: { } cause } => $"{e.Message}\n{cause}",
            RewardSourceException => e.Message,
            ArgumentException argument => Plain(argument),
            TorchRuntimeException or NonFiniteTrainingException or InvalidDataException or JsonTextException => e.Message,
            IOException => $"{e.Message} What was saved before is intact.",
            UnauthorizedAccessException => e.Message,
            _ => null,
        };

    /// <summary>The message without the name of the parameter in code.</summary>
    internal static string Plain(ArgumentException e) =>
        e.ParamName is { } name ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;

    private static string OutOfMemory() =>
        "There is not enough memory. Lower microBatchTokens or rollout:slots of the phase. The last checkpoint is intact: Run:Resume=true goes on from it.";
}
