using Microsoft.Extensions.Logging;
using Rlhf.Records;

namespace Rlhf.Reports;

/// <summary>The recorders that a console trainer uses.</summary>
public static class RunRecorders
{
    /// <summary>
    /// The metrics file, on which a resume depends, then what may fail without ending the run: completions (JSONL and Parquet),
    /// TensorBoard, console display, report with plots.
    /// </summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="logger">Told where a recorder fails.</param>
    public static IRunRecorder CreateDefault(string folder, ILogger logger) =>
        new CompositeRecorder(
            logger,
            [new MetricsFileRecorder(folder)],
            [
                new CompletionsRecorder(folder),
                new TensorBoardRecorder(folder),
                new ParquetCompletionsRecorder(folder),
                new ReportRecorder(folder),
                new ConsoleDisplay(),
            ]
        );
}
