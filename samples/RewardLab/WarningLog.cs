using Microsoft.Extensions.Logging;

namespace RewardLab;

/// <summary>Keeps warnings, to be shown with the tables.</summary>
internal sealed class WarningLog : ILogger
{
    private readonly Lock _lock = new();
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_lock)
            {
                return [.. _warnings];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
        {
            lock (_lock)
            {
                _warnings.Add(formatter(state, exception) + (exception is null ? "" : $"\n{exception}"));
            }
        }
    }
}
