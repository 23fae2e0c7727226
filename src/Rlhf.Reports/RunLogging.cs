using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Rlhf.Reports;

/// <summary>
/// The log of a run: everything in <c>run.log</c> in its folder, warnings also on standard error, where they don't disturb the display.
/// </summary>
public static class RunLogging
{
    private const string Line = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>Makes the log of a run. It is flushed at every line, so that a killed process loses nothing.</summary>
    /// <param name="runFolder">The run's folder.</param>
    public static Microsoft.Extensions.Logging.ILogger Create(string runFolder)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        Serilog.Core.Logger log = new LoggerConfiguration()
            .WriteTo.File(Path.Combine(runFolder, "run.log"), outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture)
            .WriteTo.Console(
                LogEventLevel.Warning,
                outputTemplate: "{Level}: {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose
            )
            .CreateLogger();
        return new SerilogLoggerProvider(log, dispose: true).CreateLogger("Rlhf");
    }
}
