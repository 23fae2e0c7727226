using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tensors;

/// <summary>
/// Mean, spread and flatness of numbered groups of values, over the entries that count. Float64; a group without entries has mean and
/// spread 0.
/// </summary>
public sealed class GroupStatistics
{
    private static readonly Scalar Zero = 0;
    private static readonly Scalar One = 1;
    private static readonly Scalar Two = 2;

    private readonly Tensor _values;
    private readonly Tensor _group;
    private readonly Tensor _counted;

    // The mean as the sum of two numbers: beside a large offset one would round it by as much as the entries differ.
    private readonly Tensor _mean;
    private readonly Tensor _rest;

    /// <summary>Statistics, without host reads.</summary>
    /// <param name="values">float64 <c>[N]</c>.</param>
    /// <param name="counted">bool <c>[N]</c>.</param>
    /// <param name="group">int64 <c>[N]</c>, 0 to groups − 1.</param>
    /// <param name="groups">Number of groups.</param>
    public GroupStatistics(Tensor values, Tensor counted, Tensor group, long groups)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(counted);
        ArgumentNullException.ThrowIfNull(group);
        _values = values;
        _group = group;
        _counted = counted;
        Tensor kept = values.Keep(counted);
        Tensor Sum(Tensor entries) => zeros([groups], ScalarType.Float64, values.device).index_add(0, group, entries, One);

        Count = Sum(counted.to_type(ScalarType.Float64));
        HasPair = Count.ge(Two);
        // A second pass takes the rounding of the long sum out, which is as large as the differences of nearly equal entries.
        Tensor number = Count.clamp_min(One),
            mean = Sum(kept).div(number),
            rest = Sum(values.sub(mean.gather(0, group)).Keep(counted)).div(number);

        // Flat is decided by comparing every entry with some entry of its group (whichever is written last), since Σ(r − mean)² leaves
        // rounding noise.
        using Scalar nowhere = groups;
        Tensor slot = group.masked_fill(counted.bitwise_not(), nowhere);
        Tensor some = zeros([groups + 1], ScalarType.Float64, values.device).scatter(0, slot, kept).narrow(0, 0, groups);
        Tensor differs = values.ne(some.gather(0, group)).bitwise_and(counted);
        IsFlat = Sum(differs.to_type(ScalarType.Float64)).eq(Zero);
        _mean = IsFlat.Choose(some, mean);
        _rest = rest.Keep(IsFlat.bitwise_not());
        Mean = _mean.add(_rest);
        Squares = Sum(Deviation().square());
    }

    /// <summary>Entries that count: <c>[groups]</c>.</summary>
    public Tensor Count { get; }

    /// <summary>Groups with two entries or more.</summary>
    public Tensor HasPair { get; }

    /// <summary>Groups whose entries are all equal; one without entries, too.</summary>
    public Tensor IsFlat { get; }

    /// <summary>The mean; for a flat group exactly its entries' value.</summary>
    public Tensor Mean { get; }

    /// <summary>Σ(r − mean)²: <c>[groups]</c>, exactly 0 for a flat group.</summary>
    public Tensor Squares { get; }

    /// <summary>The standard deviation √(Σ(r − mean)² / (n − ddof)), exactly 0 for a flat group: <c>[groups]</c>.</summary>
    /// <param name="ddof">What the divisor leaves out.</param>
    public Tensor Std(int ddof = 1)
    {
        using Scalar lost = ddof;
        return Squares.div(Count.sub(lost).clamp_min(One)).sqrt();
    }

    /// <summary>Entries less their group's mean, 0 where an entry does not count: <c>[N]</c>; exact beside any offset.</summary>
    public Tensor Deviation() => _values.sub(Of(_mean)).sub(Of(_rest)).Keep(_counted);

    /// <summary>Each entry's share of something that groups have: <c>[N]</c>.</summary>
    /// <param name="ofGroups"><c>[groups]</c>.</param>
    public Tensor Of(Tensor ofGroups) => (ofGroups ?? throw new ArgumentNullException(nameof(ofGroups))).gather(0, _group);

    /// <summary>
    /// Entries less the mean of their group, or of the group's other entries; 0 where an entry does not count, and for an entry alone:
    /// <c>[N]</c>.
    /// </summary>
    /// <param name="leaveOneOut">Whether an entry itself is left out of its mean.</param>
    public Tensor Centred(bool leaveOneOut)
    {
        // r − mean of the others = (r − mean) · n / (n − 1).
        Tensor deviation = Deviation();
        return leaveOneOut ? deviation.mul(Of(Count)).div(Of(Count).sub(One).clamp_min(One)) : deviation;
    }
}
