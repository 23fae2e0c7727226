using Rlhf.Rewards;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Generation;

/// <summary>An iteration's responses: as texts and tokens on the host, and what rewards and losses need of them as tensors.</summary>
/// <remarks>
/// Responses are right-padded to R, the longest of the batch. Prompts and padding of whole sequences are the model runner's business, so
/// token ids stay ragged on the host.
/// </remarks>
public sealed class RolloutBatch
{
    private RolloutBatch(IReadOnlyList<Rollout> rows, BatchLayout layout, Tensor behaviourLogProbs, IReadOnlyList<int> groupOfRow)
    {
        (Rows, Layout, BehaviourLogProbs, GroupOfRow) = (rows, layout, behaviourLogProbs, groupOfRow);
    }

    /// <summary>B responses; those of one prompt visit form a group and stand together.</summary>
    public IReadOnlyList<Rollout> Rows { get; }

    /// <summary>Masks, ids and step maps.</summary>
    public BatchLayout Layout { get; }

    /// <summary>Log-probabilities of the sampled tokens when they were sampled: float32 <c>[B,R]</c>, 0 in padding.</summary>
    public Tensor BehaviourLogProbs { get; }

    /// <summary>For each row the number of its group, as <see cref="BatchLayout.GroupIndex"/>, on the host.</summary>
    public IReadOnlyList<int> GroupOfRow { get; }

    /// <summary>Sampled tokens of all rows.</summary>
    public long Tokens => Rows.Sum(r => (long)r.Response.TokenIds.Length);

    /// <summary>Makes the tensors; they belong to the caller's scope.</summary>
    /// <param name="rows">Responses; at least one, none without tokens.</param>
    /// <param name="device">Where the tensors lie.</param>
    /// <exception cref="ArgumentException">There is no row, or one without tokens.</exception>
    public static RolloutBatch Create(IReadOnlyList<Rollout> rows, Device device)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0 || rows.Any(r => r.Response.TokenIds.Length == 0))
        {
            throw new ArgumentException("A batch needs responses, each with at least one token.", nameof(rows));
        }

        using var scope = NewDisposeScope();
        int count = rows.Count,
            width = rows.Max(r => r.Response.TokenIds.Length);
        float[] logProbs = new float[count * width];
        bool[] mask = new bool[count * width];
        for (int b = 0; b < count; b++)
        {
            RolloutSequence response = rows[b].Response;
            response.LogProbs.CopyTo(logProbs, b * width);
            Array.Fill(mask, true, b * width, response.TokenIds.Length);
        }

        Dictionary<long, int> groups = [];
        int[] groupOfRow =
        [
            .. rows.Select(r => groups.TryGetValue(r.Response.VisitId, out int g) ? g : groups[r.Response.VisitId] = groups.Count),
        ];
        StepMap steps = StepMaps.Create([.. rows.Select(r => r.Steps)], device);
        Tensor real = Kept(tensor(mask, device: device).view(count, width));
        BatchLayout layout = new()
        {
            ActionMask = real,
            ResponseMask = real,
            PromptVisitId = Kept(tensor(rows.Select(r => r.Response.VisitId).ToArray(), device: device)),
            SampleIndex = Kept(tensor(rows.Select(r => (long)r.Response.SampleIndex).ToArray(), device: device)),
            GroupIndex = Kept(tensor(groupOfRow.Select(g => (long)g).ToArray(), device: device)),
            Groups = groups.Count,
            IsPolicy = Kept(ones(count, ScalarType.Bool, device)),
            Truncated = Kept(tensor(rows.Select(r => r.Response.Truncated).ToArray(), device: device)),
            StepMaps = new Dictionary<string, StepMap>(StringComparer.Ordinal)
            {
                [steps.Name] = new(steps.Name, Kept(steps.Ends), Kept(steps.Mask), Kept(steps.Complete)),
            },
        };
        return new(rows, layout, Kept(tensor(logProbs, device: device).view(count, width)), groupOfRow);

        static Tensor Kept(Tensor t) => t.MoveToOuterDisposeScope();
    }
}
