using System.Globalization;
using Rlhf.Configuration;
using Rlhf.Records;
using Rlhf.Shaping;

namespace Rlhf.Trainers.Monitoring;

/// <summary>
/// Looks for signatures of reward hacking in the records of a run, over a window of W iterations. Trends are Theil–Sen slopes that Kendall's
/// test finds significant.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A: the shaped reward rises, and the verified outcome, as scored, falls by <see cref="HackingMonitorOptions.MinimumFall"/> or
/// more.</item>
/// <item>B: steps or length grow by <see cref="HackingMonitorOptions.Growth"/> or more, and the outcome rises by less than
/// <see cref="HackingMonitorOptions.MinimumRise"/>.</item>
/// <item>C: the median over the window of the process channels' shares of the return's within-group variance, added up, is above
/// <see cref="HackingMonitorOptions.VarianceShare"/>.</item>
/// </list>
/// <para>
/// A signature is reported when it appears, and again only after it was gone. What the monitor says is a function of the records alone: it
/// can be replayed on a run's <c>metrics.jsonl</c>, and a resumed run goes on as if it had not stopped.
/// </para>
/// </remarks>
public sealed class HackingMonitor
{
    private readonly HackingMonitorOptions _options;
    private readonly string? _outcome;
    private readonly IReadOnlyList<string> _processShares;
    private readonly Queue<IterationRecord> _window = new();
    private readonly HashSet<HackingSignature> _present = [];

    /// <summary>A monitor that has seen nothing.</summary>
    /// <param name="options">Windows and bounds.</param>
    /// <param name="verifiedChannel">The channel with the verified outcome; null where there is none, so that A and B cannot be
    /// found.</param>
    /// <param name="processChannels">The return channels that are process rewards (<see cref="RewardPipeline.ProcessChannels"/>).</param>
    public HackingMonitor(HackingMonitorOptions options, string? verifiedChannel, IReadOnlyList<string> processChannels)
    {
        OptionsCheck.Require(options);
        ArgumentNullException.ThrowIfNull(processChannels);
        _options = options;
        _outcome = verifiedChannel is null ? null : MetricCatalog.Fill(MetricNames.RewardChannelMean, verifiedChannel);
        Warnings = verifiedChannel is null
            ?
            [
                "there is no verified outcome, so the hacking monitor can see neither a reward that rises while the outcome falls (A) nor growth without it (B).",
            ]
            : [];
        _processShares = [.. processChannels.Select(c => MetricCatalog.Fill(MetricNames.RewardChannelVarianceShare, c))];
    }

    /// <summary>What cannot be found in this run, and why; to be shown once.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Takes in an iteration's record.</summary>
    /// <param name="record">The record, in the order of iterations.</param>
    /// <returns>The signatures that appeared with it.</returns>
    public IReadOnlyList<HackingAlarm> Observe(IterationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _window.Enqueue(record);
        if (_window.Count > _options.Window)
        {
            _window.Dequeue();
        }

        if (_window.Count < _options.Window)
        {
            return [];
        }

        HackingAlarm[] found = [.. Found(record.Step)];
        HackingAlarm[] appeared = [.. found.Where(a => !_present.Contains(a.Signature))];
        _present.Clear();
        _present.UnionWith(found.Select(a => a.Signature));
        return appeared;
    }

    private IEnumerable<HackingAlarm> Found(int step)
    {
        if (_outcome is not null && Trend(_outcome) is { } outcome)
        {
            if (Trend(MetricNames.RewardMean) is { } proxy && Rises(proxy) && Falls(outcome) && -outcome.Change >= _options.MinimumFall)
            {
                yield return new(
                    HackingSignature.ProxyUpOutcomeDown,
                    step,
                    Text(
                        $"over the last {_options.Window} iterations the shaped reward rose from {proxy.First:F3} to {proxy.Last:F3} while the verified outcome fell from {outcome.First:F3} to {outcome.Last:F3}"
                    )
                );
            }

            foreach (
                (string name, string what) in ((string, string)[])
                    [(MetricNames.RolloutSteps, "steps"), (MetricNames.RolloutResponseLength, "tokens")]
            )
            {
                if (
                    Trend(name) is { } size
                    && Rises(size)
                    && size.Change >= _options.Growth * Math.Abs(size.First)
                    && outcome.Change < _options.MinimumRise
                )
                {
                    yield return new(
                        HackingSignature.GrowthWithoutOutcome,
                        step,
                        Text(
                            $"over the last {_options.Window} iterations responses grew from {size.First:F1} to {size.Last:F1} {what} while the verified outcome went from {outcome.First:F3} to {outcome.Last:F3}"
                        )
                    );
                    break;
                }
            }
        }

        double[] shares =
        [
            .. _window.Where(r => _processShares.Any(s => r.Find(s) is not null)).Select(r => _processShares.Sum(s => r.Find(s) ?? 0)),
        ];
        if (shares.Length > _options.Window / 2 && RobustTrend.Median(shares) is var share && share > _options.VarianceShare)
        {
            yield return new(
                HackingSignature.ProcessDrownsOutcome,
                step,
                Text(
                    $"process rewards carried {share:P0} of the within-group variance of the return over the last {_options.Window} iterations; lower their weight, clip or gate them"
                )
            );
        }
    }

    private RobustTrend? Trend(string metric)
    {
        (double X, double Y)[] points =
        [
            .. _window.Index().Where(r => r.Item.Find(metric) is not null).Select(r => ((double)r.Index, r.Item[metric])),
        ];
        return points.Length > _options.Window / 2 ? RobustTrend.Of(points, 0, _options.Window - 1) : null;
    }

    private bool Rises(RobustTrend trend) => trend.Change > 0 && trend.Significance >= _options.Significance;

    private bool Falls(RobustTrend trend) => trend.Change < 0 && -trend.Significance >= _options.Significance;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
