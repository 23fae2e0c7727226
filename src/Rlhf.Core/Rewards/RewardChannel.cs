using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>The scores of one source, or what stages made of them.</summary>
/// <param name="Name">The channel's name.</param>
/// <param name="Granularity">What a value belongs to.</param>
/// <param name="Values">Floating point: <c>[B]</c>, <c>[B,K]</c> or <c>[B,R]</c>; 0 where not valid, so NaN never flows.</param>
/// <param name="Valid"> Entries that count: bool, shaped like the values. It alone decides: invalid = there is no such step or token, or it
/// could not be scored. </param>
/// <param name="StepMap">For step channels the name of their step map in <see cref="BatchLayout.StepMaps"/>; null otherwise.</param>
public sealed record RewardChannel(string Name, RewardGranularity Granularity, Tensor Values, Tensor Valid, string? StepMap = null);
