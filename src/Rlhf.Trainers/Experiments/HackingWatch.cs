using Microsoft.Extensions.Logging;
using Rlhf.Configuration;
using Rlhf.Records;
using Rlhf.Shaping;
using Rlhf.Trainers.Monitoring;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// Does in a run what <see cref="HackingMonitorOptions"/> say about what a <see cref="HackingMonitor"/> finds: warns, ends the phase, or
/// switches channels off.
/// </summary>
internal sealed partial class HackingWatch
{
    private readonly HackingMonitorOptions _options;
    private readonly RewardPipeline _pipeline;
    private readonly HackingMonitor _monitor;
    private readonly ILogger _logger;

    /// <exception cref="RewardPipelineException">A channel to switch off has no weight, or none would be left.</exception>
    public HackingWatch(HackingMonitorOptions options, RewardPipeline pipeline, ILogger logger)
    {
        (_options, _pipeline, _logger) = (options, pipeline, logger);
        string[] returns = [.. pipeline.Weights.Where(w => w.Value != 0).Select(w => w.Key)];
        _monitor = new(options, pipeline.VerifiedChannel, [.. returns.Intersect(pipeline.ProcessChannels)]);
        if (options.Channels.FirstOrDefault(c => !returns.Contains(c)) is { } stranger)
        {
            throw new RewardPipelineException(
                $"monitor: channel '{stranger}' has no weight, so it cannot be switched off; return channels: {string.Join(", ", returns)}.{Suggestion.Ask(stranger, returns)}"
            );
        }

        if (returns.All(options.Channels.Contains))
        {
            throw new RewardPipelineException(
                "monitor: with all return channels switched off there is nothing to learn from; leave one out of channels."
            );
        }
    }

    /// <summary>What cannot be watched.</summary>
    public IReadOnlyList<string> Warnings => _monitor.Warnings;

    /// <summary>Takes in the iterations of a resumed run; what was done about them is in its checkpoint.</summary>
    public void Recall(IEnumerable<IterationRecord> records)
    {
        foreach (IterationRecord record in records)
        {
            _ = _monitor.Observe(record);
        }
    }

    /// <summary>Takes in an iteration and writes <see cref="MetricNames.MonitorAlarms"/>.</summary>
    /// <returns>Whether the phase is to end.</returns>
    public bool Observe(IterationRecord record)
    {
        IReadOnlyList<HackingAlarm> alarms = _monitor.Observe(record);
        record[MetricNames.MonitorAlarms] = alarms.Count;
        foreach (HackingAlarm alarm in alarms)
        {
            LogAlarm(_logger, record.Phase, record.Step, alarm.Message);
        }

        bool acts = alarms.Any(a => _options.ActOn.Contains(a.Signature));
        if (acts && _options.Action == HackingAction.SwitchOff)
        {
            foreach (string channel in _options.Channels.Where(c => !_pipeline.SwitchedOff.Contains(c)))
            {
                _pipeline.SwitchOff(channel);
                LogSwitchedOff(_logger, channel, record.Step + 1);
            }
        }

        return acts && _options.Action == HackingAction.Stop;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reward hacking? {Phase} iteration {Step}: {Message}.")]
    private static partial void LogAlarm(ILogger logger, string phase, int step, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Channel {Channel} is out of the return from iteration {Step} on.")]
    private static partial void LogSwitchedOff(ILogger logger, string channel, int step);
}
