using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>Where the steps of responses end.</summary>
public sealed class StepMap(string name, Tensor ends, Tensor mask, Tensor complete)
{
    /// <summary>The map's name: <c>steps</c>, <c>turns</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Index in the response of the token that ends step k: int64 <c>[B,K]</c>; 0 where the mask is false.</summary>
    public Tensor Ends { get; } = ends;

    /// <summary>Steps that are there: bool <c>[B,K]</c>, a prefix of each row.</summary>
    public Tensor Mask { get; } = mask;

    /// <summary>Steps that were finished rather than cut off: bool <c>[B,K]</c>.</summary>
    public Tensor Complete { get; } = complete;

    /// <summary>The name of the map of reasoning steps.</summary>
    public const string Steps = "steps";
}
