using Rlhf.Configuration;
using Rlhf.Metrics;
using Rlhf.Rewards;
using Rlhf.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>
/// An ordered, validated list of stages. It sees an iteration's whole batch at once, after filters and before any split, runs on the device
/// the frame is on and reads nothing back.
/// </summary>
/// <remarks>Not safe for several threads: one thread owns torch.</remarks>
public sealed class RewardPipeline : IDisposable
{
    /// <summary>What stands before the names of switched-off channels in <see cref="State"/>; no stage may have this name.</summary>
    internal const string SwitchedOffName = "switched_off";

    private static readonly Scalar Zero = 0;

    private readonly IReadOnlyList<PipelineStage> _stages;
    private readonly Dictionary<string, StageState> _state;
    private readonly Dictionary<string, CounterRandom> _random;
    private readonly SortedSet<string> _switchedOff = new(StringComparer.Ordinal);
    private Tensor? _mark;

    internal RewardPipeline(
        RewardSchema input,
        RewardSchema output,
        IReadOnlyList<PipelineStage> stages,
        IReadOnlyDictionary<string, double> weights,
        IReadOnlyList<string> processChannels,
        string? verifiedChannel,
        long seed
    )
    {
        Input = input;
        Output = output;
        Weights = weights;
        ProcessChannels = processChannels;
        VerifiedChannel = verifiedChannel;
        _stages = stages;
        _state = stages.ToDictionary(s => s.Transform.Name, _ => new StageState(), StringComparer.Ordinal);
        _random = stages.ToDictionary(s => s.Transform.Name, s => new CounterRandom(seed, s.Transform.Name), StringComparer.Ordinal);
    }

    /// <summary>The channels that come in.</summary>
    public RewardSchema Input { get; }

    /// <summary>The channels that go out.</summary>
    public RewardSchema Output { get; }

    /// <summary>The return channels' weights.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; }

    /// <summary>
    /// Channels that say how a response was reached rather than whether it is right: step and token channels of <see cref="Input"/>, and
    /// what stages make of nothing else, such as a step channel's mean. An outcome that is spread over tokens, a penalty of length and a
    /// KL penalty are none.
    /// </summary>
    public IReadOnlyList<string> ProcessChannels { get; }

    /// <summary>
    /// The outcome channel whose values, as scored, verify answers: every reward is compared with it. Null where there is none.
    /// </summary>
    public string? VerifiedChannel { get; }

    /// <summary>The names of the stages in order, with the channels that each writes: the columns of completion tables.</summary>
    public IReadOnlyList<(string Stage, IReadOnlyList<string> Channels)> Stages =>
        [.. _stages.Select(s => (s.Transform.Name, s.Transform.Writes))];

    /// <summary>Whether a stage reads the log-probabilities of a reference policy.</summary>
    public bool NeedsReference => _stages.Any(s => s.Transform.NeedsReference);

    /// <summary>The first stage that penalises responses for being too long; null where there is none.</summary>
    public string? OverlongPenalty => _stages.FirstOrDefault(s => s.Transform.PenalisesOverlong)?.Transform.Name;

    /// <summary>Warnings about this combination of channels, stages and weights; show them once.</summary>
    public IReadOnlyList<string> Warnings => Output.Warnings;

    /// <summary>The channels of <see cref="Input"/> that a channel of <see cref="Output"/> is made of: its own, and what stages read to write it.</summary>
    /// <param name="channel">A channel of <see cref="Output"/>.</param>
    public IReadOnlySet<string> SourcesOf(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        HashSet<string> sources = new(StringComparer.Ordinal) { channel };
        foreach (IRewardTransform stage in _stages.Reverse().Select(s => s.Transform).Where(t => t.Writes.Any(sources.Contains)))
        {
            sources.UnionWith(stage.Reads);
        }

        sources.RemoveWhere(c => Input.Find(c) is null);
        return sources;
    }

    /// <summary>Shapes the rewards of an iteration.</summary>
    /// <param name="raw">The rewards as scored: exactly the channels of <see cref="Input"/>, in any order.</param>
    /// <param name="training"> Training: noise is on, and the stages' state moves on, so call it once an iteration. In evaluation noise is
    /// off and the state only read. </param>
    /// <param name="iteration">The iteration's number.</param>
    /// <param name="metrics">Where the stages report what they did; null for nowhere.</param>
    /// <returns>All views of the rewards, in the caller's dispose scope, without gradient.</returns>
    /// <exception cref="RewardPipelineException">The frame is not what <see cref="Input"/> says, or a stage breaks the rules of
    /// <see cref="IRewardTransform"/>. What only values show, not finite ones and writing in place, is found where
    /// <paramref name="metrics"/> are read; without them it is found here on a CPU and not at all on an accelerator.</exception>
    public ShapedRewards Apply(RewardFrame raw, bool training, long iteration, MetricSink? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(raw);
        CheckInput(raw);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        try
        {
            RewardFrame frame = new(raw.Layout, [.. Input.Channels.Select(c => Scored(raw, c.Name))]);
            RewardFrame clean = frame,
                observed = frame;
            List<StageSnapshot> snapshots = [];

            // Without a sink, what is on the CPU can be looked at at no cost.
            using MetricSink own = new();
            MetricSink? checks = metrics ?? (raw.Layout.ActionMask.device_type == DeviceType.CPU ? own : null);
            foreach (PipelineStage stage in _stages)
            {
                IRewardTransform transform = stage.Transform;
                StageMetrics report = new(metrics, transform.Name);
                RewardContext context = new(training, iteration, observed, _random[transform.Name], _state[transform.Name], report);
                RewardFrame after = StageGuard.Apply(stage, frame, context, checks);
                snapshots.Add(new(transform.Name, [.. transform.Writes.Select(c => after[c])]));
                StageReport.Write(report, frame, snapshots[^1], VerifiedChannel is { } verified ? clean[verified] : null);
                frame = after;
                observed = stage.Kind == StageKind.Noise ? frame : observed;
            }

            _ = own.Read();
            foreach (StageState state in _state.Values)
            {
                state.Commit();
            }

            var shaped = new ShapedRewards
            {
                Raw = clean,
                Observed = observed,
                Shaped = frame,
                Stages = snapshots,
                VerifiedChannel = VerifiedChannel,
                Returns = [.. ReturnWeights.Select(w => new ReturnChannel(frame[w.Key], Output[w.Key], w.Value))],
            };
            MoveOut(scope, shaped);
            return shaped;
        }
        catch
        {
            foreach (StageState state in _state.Values)
            {
                state.Discard();
            }

            throw;
        }
    }

    /// <summary>Return channels that were taken out of the return.</summary>
    public IReadOnlyCollection<string> SwitchedOff => _switchedOff;

    private IEnumerable<KeyValuePair<string, double>> ReturnWeights => Weights.Where(w => w.Value != 0 && !_switchedOff.Contains(w.Key));

    /// <summary>
    /// Takes a channel out of the return from the next <see cref="Apply"/> on, as if it had no weight. It is still shaped and reported.
    /// Part of <see cref="State"/>.
    /// </summary>
    /// <param name="channel">A channel with a weight.</param>
    /// <exception cref="RewardPipelineException">The channel has no weight, or is the last one that has.</exception>
    public void SwitchOff(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (Weights.GetValueOrDefault(channel) == 0)
        {
            throw new RewardPipelineException(
                $"channel '{channel}' has no weight, so it cannot be switched off; return channels: {string.Join(", ", Weights.Keys)}.{Suggestion.Ask(channel, Weights.Keys)}"
            );
        }

        if (ReturnWeights.All(w => w.Key == channel))
        {
            throw new RewardPipelineException(
                $"channel '{channel}' is the last one with a weight; without it there is nothing to learn from."
            );
        }

        _switchedOff.Add(channel);
    }

    /// <summary>
    /// The stages' state and the switched-off channels as named tensors, for a checkpoint. Write or copy them before the next iteration.
    /// </summary>
    /// <returns>Names <c>stage/tensor</c>, in the order of the stages, then <c>switched_off/channel</c>.</returns>
    public IReadOnlyList<(string Name, Tensor Value)> State =>
        [
            .. _stages.SelectMany(s => _state[s.Transform.Name].Current.Select(t => ($"{s.Transform.Name}/{t.Key}", t.Value))),
            .. _switchedOff.Select(c => ($"{SwitchedOffName}/{c}", Mark)),
        ];

    // What a checkpoint holds for a switched-off channel: only its name says something.
    private Tensor Mark => _mark ??= ones(1).DetachFromDisposeScope();

    /// <summary>Takes over the state of a checkpoint; what it does not hold is as in a new pipeline.</summary>
    /// <param name="state">Names <c>stage/tensor</c> and values, which are copied.</param>
    /// <exception cref="RewardPipelineException">A name belongs to no stage of this pipeline; nothing is changed then.</exception>
    public void Restore(IReadOnlyList<(string Name, Tensor Value)> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        string? stranger = state
            .Select(t => t.Name)
            .FirstOrDefault(n => !_state.ContainsKey(StageOf(n)) && (StageOf(n) != SwitchedOffName || !Weights.ContainsKey(InStage(n))));
        if (stranger is not null)
        {
            throw new RewardPipelineException(
                $"the checkpoint holds '{stranger}', but there is no stage '{StageOf(stranger)}' in this pipeline; stages: {string.Join(", ", _state.Keys)}."
            );
        }

        // Copied before anything is freed: the tensors may be this pipeline's own.
        using DisposeScope scope = NewDisposeScope();
        (string Name, Tensor Value)[] copies = [.. state.Select(t => (t.Name, t.Value.clone()))];
        Dispose();
        _switchedOff.Clear();
        foreach ((string name, Tensor value) in copies)
        {
            if (StageOf(name) == SwitchedOffName)
            {
                _switchedOff.Add(InStage(name));
            }
            else
            {
                _state[StageOf(name)].Restore(InStage(name), value);
            }
        }
    }

    /// <summary>Frees the stages' state.</summary>
    public void Dispose()
    {
        _mark?.Dispose();
        _mark = null;
        foreach (StageState state in _state.Values)
        {
            state.Dispose();
        }
    }

    private static string StageOf(string name) => name.Split('/', 2)[0];

    private static string InStage(string name) => name.Split('/', 2)[^1];

    private void CheckInput(RewardFrame raw)
    {
        foreach (RewardChannel channel in raw.Channels)
        {
            ChannelSchema? expected = Input.Find(channel.Name);
            if (expected is null || expected.Granularity != channel.Granularity || expected.StepMap != channel.StepMap)
            {
                throw new RewardPipelineException(
                    $"the batch has a channel '{channel.Name}' ({channel.Granularity}, step map '{channel.StepMap}'), "
                        + (
                            expected is null
                                ? "which the schema does not declare."
                                : $"which the schema declares as {expected.Granularity}, step map '{expected.StepMap}'."
                        )
                );
            }
        }

        if (Input.Channels.FirstOrDefault(c => raw.Find(c.Name) is null) is { } missing)
        {
            throw new RewardPipelineException($"the batch has no channel '{missing.Name}', which the schema declares.");
        }
    }

    // A scorer may leave NaN where it failed, or values beyond a row's steps: neither may reach a stage.
    private static RewardChannel Scored(RewardFrame raw, string name)
    {
        RewardChannel channel = raw[name];
        Tensor values = channel.Values.detach();

        // x − x is 0 for finite x only; isfinite has no kernel for the meta device.
        Tensor finite = values.sub(values).eq(Zero);
        Tensor valid = channel.Valid.bitwise_and(finite).bitwise_and(raw.EntriesOf(channel));
        return channel with { Values = values.Keep(valid), Valid = valid };
    }

    private static void MoveOut(DisposeScope scope, ShapedRewards rewards)
    {
        HashSet<Tensor> results = new(ReferenceEqualityComparer.Instance);
        IEnumerable<RewardChannel> channels = rewards
            .Raw.Channels.Concat(rewards.Observed.Channels)
            .Concat(rewards.Shaped.Channels)
            .Concat(rewards.Stages.SelectMany(s => s.Channels));
        foreach (RewardChannel channel in channels)
        {
            results.Add(channel.Values);
            results.Add(channel.Valid);
        }

        // A tensor of the caller's that a stage passed on lies in the caller's scope already.
        foreach (Tensor tensor in results.Where(scope.Contains))
        {
            tensor.MoveToOuterDisposeScope();
        }
    }
}
