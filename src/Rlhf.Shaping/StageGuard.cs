using Rlhf.Metrics;
using Rlhf.Rewards;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>
/// Runs a stage and holds it to the rules of <see cref="IRewardTransform"/>. What the host sees (channels, types, devices, freed tensors) is
/// checked when it returns; values of stages that are not the library's own are checked on the device, and looked at when the iteration's
/// metrics are read.
/// </summary>
internal static class StageGuard
{
    private static readonly Scalar Zero = 0;

    /// <summary>Applies a stage.</summary>
    /// <param name="stage">The stage and the channels that come out of it.</param>
    /// <param name="before">What it is given.</param>
    /// <param name="context">What it is given besides.</param>
    /// <param name="checks">Where checks of values are added; null for none.</param>
    /// <exception cref="RewardPipelineException">The stage failed or broke a rule; the message begins with its name.</exception>
    public static RewardFrame Apply(PipelineStage stage, RewardFrame before, RewardContext context, MetricSink? checks)
    {
        IRewardTransform transform = stage.Transform;
        string name = transform.Name;
        bool isForeign = transform.GetType().Assembly != typeof(StageGuard).Assembly;
        Copy[] copies =
            isForeign && checks is not null ? [.. Given(before, context.Observed).Select(g => new Copy(g.Channel, g.Tensor))] : [];
        RewardFrame after;
        try
        {
            after = transform.Apply(before, context);
        }
        catch (Exception e) when (BreaksARule(e))
        {
            throw new RewardPipelineException(
                Freed(before, context.Observed) is { } freed ? $"stage '{name}' disposed channel '{freed}', which it was given: {e.Message}"
                    : e is RewardPipelineException ? $"stage '{name}': {e.Message}"
                    : $"stage '{name}' used or handed on a tensor that is disposed: {e.Message}",
                e
            );
        }

        if (Fault(stage, before, after, context.Observed) is { } fault)
        {
            throw new RewardPipelineException($"stage '{name}' {fault}");
        }

        if (isForeign && checks is not null)
        {
            AddChecks(checks, transform, after, copies);
        }

        return after;
    }

    // Other exceptions of a stage go through as they are: their stack names it.
    private static bool BreaksARule(Exception e) =>
        e is RewardPipelineException
            ? !e.Message.StartsWith("stage '", StringComparison.Ordinal)
            : e is ObjectDisposedException
                || (e is InvalidOperationException && e.Message.Contains("empty handle", StringComparison.OrdinalIgnoreCase));

    private static string? Fault(PipelineStage stage, RewardFrame before, RewardFrame? after, RewardFrame observed)
    {
        if (after is null)
        {
            return "returned null; a stage returns a frame.";
        }

        if (Freed(before, observed) is { } freed)
        {
            return $"disposed channel '{freed}', which it was given; a stage disposes nothing, its tensors are freed by the scope around it.";
        }

        if (Freed(after, after) is { } handedOn)
        {
            return $"handed on channel '{handedOn}' with a tensor that is disposed; a stage disposes nothing, its tensors are freed by the scope around it.";
        }

        if (!ReferenceEquals(after.Layout, before.Layout))
        {
            return "returned a frame of another batch; make it with frame.With(channel).";
        }

        return after.Channels.Select(c => Fault(stage, before, c)).OfType<string>().FirstOrDefault()
            ?? (
                stage.Output.Channels.FirstOrDefault(c => after.Find(c.Name) is null) is { } missing
                    ? $"returned no channel '{missing.Name}', which its schema declares."
                    : null
            );
    }

    private static string? Fault(PipelineStage stage, RewardFrame before, RewardChannel channel)
    {
        if (stage.Output.Find(channel.Name) is not { } declared)
        {
            return $"returned channel '{channel.Name}', which it does not declare; what it adds belongs into Writes and into the schema that Configure returns.";
        }

        if (declared.Granularity != channel.Granularity || declared.StepMap != channel.StepMap)
        {
            return $"returned channel '{channel.Name}' as {channel.Granularity}, step map '{channel.StepMap}'; its schema declares {declared.Granularity}, step map '{declared.StepMap}'.";
        }

        if (channel.Values.dtype != before.Dtype)
        {
            return $"returned channel '{channel.Name}' as {channel.Values.dtype}; the rewards of this batch are {before.Dtype}, and a stage keeps the type that it is given.";
        }

        Device device = before.Layout.ActionMask.device;
        if (channel.Values.device.ToString() != device.ToString() || channel.Valid.device.ToString() != device.ToString())
        {
            return $"returned channel '{channel.Name}' on {channel.Values.device}; the batch is on {device}.";
        }

        bool isHandedOn =
            before.Find(channel.Name) is { } old
            && ReferenceEquals(old.Values, channel.Values)
            && ReferenceEquals(old.Valid, channel.Valid);
        return isHandedOn || stage.Transform.Writes.Contains(channel.Name)
            ? null
            : $"wrote channel '{channel.Name}', which is not among those that it says it writes ({string.Join(", ", stage.Transform.Writes)}).";
    }

    private static string? Freed(RewardFrame frame, RewardFrame other) =>
        Given(frame, other).FirstOrDefault(g => g.Tensor.IsInvalid).Channel;

    private static IEnumerable<(string Channel, Tensor Tensor)> Given(RewardFrame frame, RewardFrame observed) =>
        frame
            .Channels.Concat(ReferenceEquals(frame, observed) ? [] : observed.Channels)
            .SelectMany(c => ((string, Tensor)[])[(c.Name, c.Values), (c.Name, c.Valid)])
            .DistinctBy(g => g.Item2, ReferenceEqualityComparer.Instance);

    private static void AddChecks(MetricSink checks, IRewardTransform transform, RewardFrame after, Copy[] copies)
    {
        string stage = transform.Name;
        foreach (Copy copy in copies)
        {
            checks.AddCheck(
                copy.Given.ne(copy.AsGiven).any(),
                changed =>
                {
                    if (changed > 0)
                    {
                        throw new RewardPipelineException(
                            $"stage '{stage}' wrote in place into channel '{copy.Channel}', which it was given; a stage makes new tensors, since others hold the old ones."
                        );
                    }
                }
            );
        }

        foreach (RewardChannel channel in transform.Writes.Select(c => after[c]))
        {
            // x − x is 0 for finite x only; isfinite has no kernel for the meta device.
            checks.AddCheck(
                channel.Values.sub(channel.Values).ne(Zero).sum(),
                entries =>
                {
                    if (entries > 0)
                    {
                        throw new RewardPipelineException(
                            $"stage '{stage}' wrote {entries:F0} values that are not finite into channel '{channel.Name}'; what a stage cannot compute it leaves invalid, with value 0."
                        );
                    }
                }
            );
        }
    }

    // A tensor that a stage is given, and what it held then.
    private sealed class Copy(string channel, Tensor given)
    {
        public string Channel => channel;

        public Tensor Given => given;

        public Tensor AsGiven { get; } = given.clone();
    }
}
