using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>What a batch of responses looks like: which tokens the policy sampled, where steps end, which rows belong together.</summary>
public sealed record BatchLayout
{
    /// <summary>Tokens the policy sampled: bool <c>[B,R]</c>. Only these have a loss; tokens of an environment have none.</summary>
    public required Tensor ActionMask { get; init; }

    /// <summary>Real tokens: bool <c>[B,R]</c>.</summary>
    public required Tensor ResponseMask { get; init; }

    /// <summary>The prompt visit of each row, unique over the run, which keys random numbers: int64 <c>[B]</c>.</summary>
    public required Tensor PromptVisitId { get; init; }

    /// <summary>Index of each row among its visit's samples: int64 <c>[B]</c>.</summary>
    public required Tensor SampleIndex { get; init; }

    /// <summary>The row's group, numbered from 0 in this batch: int64 <c>[B]</c>. Rows of one prompt visit form a group.</summary>
    public required Tensor GroupIndex { get; init; }

    /// <summary>Number of groups in the batch.</summary>
    public required int Groups { get; init; }

    /// <summary>
    /// Rows that train the policy: bool <c>[B]</c>. The others (a greedy baseline) are scored but enter no group statistics.
    /// </summary>
    public required Tensor IsPolicy { get; init; }

    /// <summary>Responses that were cut off: bool <c>[B]</c>.</summary>
    public required Tensor Truncated { get; init; }

    /// <summary>
    /// Log-probabilities of the sampled tokens under the policy that sampled them: <c>[B,R]</c>; null where they are not known.
    /// </summary>
    public Tensor? PolicyLogProbs { get; init; }

    /// <summary>The same under the reference policy; null where there is none.</summary>
    public Tensor? ReferenceLogProbs { get; init; }

    /// <summary>Step maps by name.</summary>
    public IReadOnlyDictionary<string, StepMap> StepMaps { get; init; } = new Dictionary<string, StepMap>(StringComparer.Ordinal);

    /// <summary>Action tokens of each response, the end token included: <c>[B]</c> of a floating-point type.</summary>
    public Tensor Lengths(ScalarType type) => ActionMask.sum(1).to_type(type);

    /// <summary>B.</summary>
    public long Rows => ActionMask.size(0);
}
