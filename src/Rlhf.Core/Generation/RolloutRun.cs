using System.Diagnostics;
using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Generation;

/// <summary>
/// One call of <see cref="CausalLmRolloutEngine.Generate"/>: fills slots, decodes a token of each, takes ended responses out, until none is
/// left.
/// </summary>
internal sealed class RolloutRun : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    private readonly ICausalLm _model;
    private readonly KeyValueCache _cache;
    private readonly SlotSchedule _schedule;
    private readonly TokenSampler _sampler;
    private readonly CounterRandom? _random;
    private readonly int _prefillTokens;
    private readonly IProgress<RolloutProgress>? _progress;
    private readonly RolloutSequence[][] _finished;
    private readonly int _total;
    private int _finishedCount;
    private long _tokens;
    private long _reported;

    public RolloutRun(
        ICausalLm model,
        IReadOnlyList<RolloutRequest> requests,
        SamplingOptions options,
        EndRules rules,
        KeyValueCache cache,
        int slots,
        int prefillTokens,
        IProgress<RolloutProgress>? progress
    )
    {
        _model = model;
        _cache = cache;
        _schedule = new SlotSchedule(requests, slots, rules);
        _sampler = new TokenSampler(model, options);
        _random = options.IsGreedy ? null : new CounterRandom(options.Seed, "rollout");
        _prefillTokens = prefillTokens;
        _progress = progress;
        _finished = [.. requests.Select(r => new RolloutSequence[r.Samples])];
        _total = requests.Sum(r => r.Samples);
        _reported = Stopwatch.GetTimestamp();
    }

    public IReadOnlyList<RolloutSequence> Complete(CancellationToken cancellationToken)
    {
        while (_finishedCount < _total)
        {
            FillSlots(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            TakeOut(Decode());
            Report();
        }

        return [.. _finished.SelectMany(samples => samples)];
    }

    public void Dispose() => _sampler.Dispose();

    private void FillSlots(CancellationToken cancellationToken)
    {
        if (_schedule.PlaceOpen() is { } copy)
        {
            Carry(copy);
        }

        while (_schedule.PlaceNext(_prefillTokens) is { } prefill)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Compute(prefill);
            foreach (SlotSchedule.SlotCopy prompt in prefill.Copies)
            {
                Carry(prompt);
            }
        }
    }

    // All but a prompt's last token: decoding begins with that one, so the first sampled token is drawn like any other.
    private void Compute(SlotSchedule.Prefill prefill)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<RolloutRequest> prompts = prefill.Prompts;
        long[] tokens = [.. prompts.SelectMany(p => p.PromptTokenIds.Take(p.PromptTokenIds.Count - 1)).Select(id => (long)id)];
        if (tokens.Length > 0)
        {
            var layout = new PrefillLayout(_cache, prefill.FirstSlot, [.. prompts.Select(p => p.PromptTokenIds.Count - 1)], _model.Device);
            _model.Trunk(tensor(tokens, device: _model.Device), layout);
        }
    }

    private void Carry(SlotSchedule.SlotCopy copy) => _cache.Copy(copy.Source, copy.Destination, copy.Count, copy.Length);

    // One token of each response. The only read from the device is the last line's.
    private double[] Decode()
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<ResponseBuilder> active = _schedule.Active;
        int slots = active.Count,
            longest = 0;
        var inputs = new long[3 * slots];
        var uniforms = new double[slots];
        for (int s = 0; s < slots; s++)
        {
            ResponseBuilder response = active[s];
            int position = response.NextPosition;
            inputs[s] = response.NextInput;
            inputs[slots + s] = position;
            inputs[(2 * slots) + s] = ((long)s * _cache.Length) + position;
            uniforms[s] = _random?.UniformAt(response.Request.VisitId, response.SampleIndex, response.Count) ?? 0;
            longest = Math.Max(longest, position + 1);
        }

        Tensor rows = tensor(inputs, [3, slots], device: _model.Device);
        var layout = new DecodeLayout(_cache, rows.select(0, 1), rows.select(0, 2), slots, longest, _model.ComputeType);
        Tensor hidden = _model.Trunk(rows.select(0, 0), layout);
        return _sampler.Sample(hidden, tensor(uniforms, device: _model.Device)).cpu().data<double>().ToArray();
    }

    private void TakeOut(double[] drawn)
    {
        int slots = _schedule.Active.Count;
        var ended = new List<int>();
        for (int s = 0; s < slots; s++)
        {
            ResponseBuilder response = _schedule.Active[s];
            float logProb = (float)drawn[slots + s];
            if (float.IsNaN(logProb))
            {
                throw new InvalidOperationException(
                    $"The model's logits are not numbers at token {response.Count} of sample {response.SampleIndex} of visit {response.Request.VisitId}: "
                        + "its weights are broken, for instance by a training step that diverged."
                );
            }

            if (response.Append((int)drawn[s], logProb))
            {
                ended.Add(s);
                _finished[response.RequestIndex][response.SampleIndex - response.Request.FirstSampleIndex] = response.Build();
                _finishedCount++;
            }
        }

        _tokens += slots;
        foreach (SlotSchedule.SlotCopy copy in _schedule.Remove(ended))
        {
            Carry(copy);
        }
    }

    private void Report()
    {
        if (_progress is not null && (_finishedCount == _total || Stopwatch.GetElapsedTime(_reported) >= ProgressInterval))
        {
            _reported = Stopwatch.GetTimestamp();
            _progress.Report(new RolloutProgress(_finishedCount, _total, _tokens));
        }
    }
}
