using Rlhf.Configuration;
using Rlhf.Rewards;

namespace Rlhf.Shaping;

/// <summary>Puts a reward pipeline together. Stages run in the order they are added: noise stages first, then shaping stages.</summary>
/// <param name="schema">The channels that the reward sources give.</param>
/// <example>
/// <code>
/// var rewards = new RewardPipelineBuilder(RewardSchema.Outcome("verifier", levels: [0, 1]).Steps("process"))
///     .AddClip(new() { Channel = "process", Threshold = 0.7 })
///     .AddDelta(new() { Channel = "process" })
///     .WithWeights(new() { ["verifier"] = 1, ["process"] = 0.02 })
///     .Build();
/// </code>
/// </example>
public sealed class RewardPipelineBuilder(RewardSchema schema)
{
    private readonly List<PipelineStage> _stages = [];
    private Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private string? _verified;
    private long _seed;

    /// <summary>Adds a stage.</summary>
    /// <param name="kind">Whether it makes observed or shaped rewards.</param>
    /// <param name="stage">The stage.</param>
    public RewardPipelineBuilder Add(StageKind kind, IRewardTransform stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        _stages.Add(new(kind, stage));
        return this;
    }

    /// <summary>Adds a stage made from validated options; what the extension of each stage type calls.</summary>
    /// <param name="kind">Whether it makes observed or shaped rewards.</param>
    /// <param name="type">The stage's type, its name where the options give none.</param>
    /// <param name="options">Its options.</param>
    /// <param name="create">Makes the stage from its name and options.</param>
    /// <exception cref="RewardPipelineException">An option is out of range.</exception>
    public RewardPipelineBuilder Add<TOptions>(
        StageKind kind,
        string type,
        TOptions options,
        Func<string, TOptions, IRewardTransform> create
    )
        where TOptions : StageOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(create);
        string name = options.Name ?? type;
        options.Validate(name);
        return Add(kind, create(name, options));
    }

    /// <summary>Adds a configuration's stages.</summary>
    /// <param name="types">The stages that it may name.</param>
    /// <param name="noise">The list <c>rewards.noise</c>.</param>
    /// <param name="shaping">The list <c>rewards.shaping</c>.</param>
    /// <exception cref="RewardPipelineException">A stage is in the wrong list, its options are not registered, or one is out of
    /// range.</exception>
    public RewardPipelineBuilder Add(
        TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> types,
        IReadOnlyList<StageOptions> noise,
        IReadOnlyList<StageOptions> shaping
    )
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(shaping);
        AddAll(types, noise, StageKind.Noise);
        AddAll(types, shaping, StageKind.Shaping);
        return this;
    }

    /// <summary>
    /// Says which channels the pipeline ends in, and with which weight w_c each enters the return. A weight of 0 leaves a channel out.
    /// </summary>
    /// <param name="weights">A weight for each return channel.</param>
    public RewardPipelineBuilder WithWeights(Dictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        _weights = new(weights, StringComparer.Ordinal);
        return this;
    }

    /// <summary>
    /// Names the outcome channel that verifies answers. Metrics then give the correlation of every channel with it, as scored and after
    /// each stage.
    /// </summary>
    /// <param name="channel">An outcome channel of the schema; its values as scored count.</param>
    public RewardPipelineBuilder WithVerifiedOutcome(string channel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(channel);
        _verified = channel;
        return this;
    }

    /// <summary>Sets the run's seed, from which the stages' random numbers come.</summary>
    /// <param name="seed">The seed; 0 where none is set.</param>
    public RewardPipelineBuilder WithSeed(long seed)
    {
        _seed = seed;
        return this;
    }

    /// <summary>Checks the whole and freezes it.</summary>
    /// <exception cref="RewardPipelineException">A name, an order, a channel or a weight that cannot work; the message says
    /// which.</exception>
    public RewardPipeline Build()
    {
        ArgumentNullException.ThrowIfNull(schema);
        CheckNames();
        CheckOrder();
        RewardSchema output = schema;
        List<PipelineStage> configured = [];
        HashSet<string> process = [.. schema.Channels.Where(c => c.Granularity != RewardGranularity.Outcome).Select(c => c.Name)];
        foreach (PipelineStage stage in _stages)
        {
            RewardSchema before = output;
            output = Configure(stage.Transform, before);
            configured.Add(stage with { Output = output });
            if (stage.Transform.Reads.Count > 0 && stage.Transform.Reads.All(process.Contains))
            {
                process.UnionWith(stage.Transform.Writes.Where(c => before.Find(c) is null));
            }
        }

        CheckWeights(output);
        CheckVerified();
        return new(schema, WithUnused(output), configured, _weights, [.. process], _verified, _seed);
    }

    private void AddAll(
        TypeRegistry<StageOptions, RewardPipelineBuilder, RewardPipelineBuilder> types,
        IReadOnlyList<StageOptions> list,
        StageKind kind
    )
    {
        foreach (StageOptions options in list)
        {
            int before = _stages.Count;
            string? type = types.Types.FirstOrDefault(t => t.Value == options.GetType()).Key;
            try
            {
                types.Create(options, this);
            }
            catch (ArgumentException problem)
            {
                throw new RewardPipelineException(
                    type is null ? problem.Message : $"stage '{options.Name ?? type}': {problem.Message}",
                    problem
                );
            }

            if (_stages.Skip(before).Any(s => s.Kind != kind))
            {
                throw new RewardPipelineException(
                    $"stage '{options.Name ?? type}' is of type '{type}', which belongs into the list '{ListName(_stages[^1].Kind)}', not '{ListName(kind)}'."
                );
            }
        }
    }

    private static string ListName(StageKind kind) => kind == StageKind.Noise ? "noise" : "shaping";

    // What a stage writes in vain: most often a new channel whose weight was forgotten.
    private RewardSchema WithUnused(RewardSchema output)
    {
        foreach ((int index, PipelineStage stage) in _stages.Index())
        {
            IReadOnlyList<string> written = stage.Transform.Writes;
            if (
                written.Count > 0
                && !written.Any(c => _weights.ContainsKey(c) || _stages.Skip(index + 1).Any(later => later.Transform.Reads.Contains(c)))
            )
            {
                output = output.WithWarning(
                    $"stage '{stage.Transform.Name}' has no effect on the return: what it writes ({string.Join(", ", written)}) has no weight, and no later stage reads it. "
                        + "Give it a weight (0 to watch it only), or drop the stage."
                );
            }
        }

        return output;
    }

    private void CheckNames()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (PipelineStage stage in _stages)
        {
            string name = stage.Transform.Name;
            if (string.IsNullOrWhiteSpace(name) || name.Contains('/', StringComparison.Ordinal) || name == RewardPipeline.SwitchedOffName)
            {
                throw new RewardPipelineException(
                    $"a stage is named '{name}'; a name is not empty, has no '/' and is not '{RewardPipeline.SwitchedOffName}', since metrics and state are named after it."
                );
            }

            if (!names.Add(name))
            {
                throw new RewardPipelineException(
                    $"two stages are named '{name}'; give each a name of its own, which keys its random numbers, state and metrics."
                );
            }
        }
    }

    private void CheckOrder()
    {
        PipelineStage? shaping = null;
        foreach (PipelineStage stage in _stages)
        {
            if (stage.Kind == StageKind.Shaping)
            {
                shaping ??= stage;
            }
            else if (shaping is not null)
            {
                throw new RewardPipelineException(
                    $"stage '{stage.Transform.Name}' is noise and comes after the shaping stage '{shaping.Transform.Name}'; noise stages come first, "
                        + "since filters and thresholds see rewards with noise and without shaping."
                );
            }
        }
    }

    private static RewardSchema Configure(IRewardTransform stage, RewardSchema input)
    {
        try
        {
            foreach (string channel in stage.Reads)
            {
                _ = input[channel];
            }

            RewardSchema output = stage.Configure(input);
            string? missing = stage.Writes.FirstOrDefault(c => output.Find(c) is null);
            return missing is null
                ? output
                : throw new RewardPipelineException($"it says that it writes channel '{missing}', but its schema has none.");
        }
        catch (RewardPipelineException problem)
        {
            throw new RewardPipelineException($"stage '{stage.Name}': {problem.Message}", problem);
        }
    }

    private void CheckVerified()
    {
        if (_verified is not null && schema[_verified].Granularity != RewardGranularity.Outcome)
        {
            throw new RewardPipelineException(
                $"channel '{_verified}' has one value a {schema[_verified].Granularity}; the verified outcome has one a response."
            );
        }
    }

    private void CheckWeights(RewardSchema output)
    {
        string channels = string.Join(", ", output.Channels.Select(c => c.Name));
        foreach ((string channel, double weight) in _weights)
        {
            if (output.Find(channel) is null)
            {
                throw new RewardPipelineException(
                    $"there is a weight for channel '{channel}', which nothing writes; channels at the end: {channels}.{Suggestion.Ask(channel, output.Channels.Select(c => c.Name))}"
                );
            }

            if (!double.IsFinite(weight))
            {
                throw new RewardPipelineException($"the weight of channel '{channel}' is {weight}, which is not finite.");
            }
        }

        if (_weights.Values.All(w => w == 0))
        {
            throw new RewardPipelineException(
                $"no channel has a weight, so that there is nothing to learn from; give weights to some of: {channels}."
            );
        }
    }
}

/// <summary>A stage and the list it belongs to.</summary>
internal sealed record PipelineStage(StageKind Kind, IRewardTransform Transform)
{
    /// <summary>The channels after it.</summary>
    public RewardSchema Output { get; init; } = new([]);
}
