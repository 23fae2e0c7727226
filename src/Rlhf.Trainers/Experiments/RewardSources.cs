using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>The reward sources that a configuration names, and the channels that they give.</summary>
public sealed class RewardSources : IDisposable
{
    private readonly List<IRewardSource> _host = [];
    private readonly List<ITensorRewardSource> _models = [];

    private RewardSources() { }

    /// <summary>The sources that score on the host, in the order of the configuration.</summary>
    public IReadOnlyList<IRewardSource> Host => _host;

    /// <summary>The reward models, in the order of the configuration.</summary>
    public IReadOnlyList<ITensorRewardSource> Models => _models;

    /// <summary>The channels that all of them give.</summary>
    public RewardSchema Schema { get; private set; } = new([]);

    /// <summary>Makes the sources.</summary>
    /// <param name="options">The list <c>rewards:sources</c>.</param>
    /// <param name="registry">Makes a source of its options.</param>
    /// <param name="load">How reward models are loaded; its logger is that of all sources.</param>
    /// <exception cref="ModelFormatException">A reward model cannot be read.</exception>
    /// <exception cref="RewardPipelineException">A source cannot work as described; the message begins with its key.</exception>
    public static RewardSources Create(IReadOnlyList<RewardSourceOptions> options, ExperimentRegistry registry, ModelLoadOptions load)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(registry);
        RewardSources made = new();
        try
        {
            foreach ((int index, RewardSourceOptions source) in options.Index())
            {
                WithKey($"sources:{index}", () => made.Add(source, registry, load));
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>The source that accuracy is measured with.</summary>
    /// <param name="name">Its name, as <c>evaluation:verifier</c> gives it; null for the only <see cref="IVerifier"/>.</param>
    /// <exception cref="ConfigurationException">There is no such source, or no single one.</exception>
    public IRewardSource FindVerifier(string? name)
    {
        IRewardSource[] able = [.. _host.Where(s => s.Granularity == RewardGranularity.Outcome)],
            verify = [.. able.Where(s => s is IVerifier)];
        string choice =
            able.Length == 0 ? "add one, such as of type math" : $"choose one of: {string.Join(", ", able.Select(s => s.Name))}";
        if (name is not null)
        {
            return able.FirstOrDefault(s => s.Name == name)
                ?? throw new ConfigurationException(
                    $"evaluation:verifier is '{JsonText.Quote(name)}', "
                        + (
                            Schema.Find(name) is null
                                ? "which no reward source is called"
                                : "a source that scores steps, or a reward model; accuracy needs one that scores whole responses on the host"
                        )
                        + $"; {choice}.{Suggestion.Ask(name, able.Select(s => s.Name))}"
                );
        }

        return verify.Length == 1
            ? verify[0]
            : throw new ConfigurationException(
                "evaluation:verifier must be given: "
                    + (
                        verify.Length == 0
                            ? "no reward source compares with the reference answer, so nothing says which one accuracy is measured with"
                            : $"several reward sources compare with the reference answer ({string.Join(", ", verify.Select(s => s.Name))})"
                    )
                    + $"; {choice}."
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable source in _host.Concat<object>(_models).OfType<IDisposable>())
        {
            source.Dispose();
        }
    }

    /// <summary>Does something with options of a key: where they do not fit, it is the configuration's fault, and the message names the key.</summary>
    internal static void WithKey(string key, Action make)
    {
        try
        {
            make();
        }
        catch (ArgumentException e)
        {
            throw new RewardPipelineException(
                $"{key}: {e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)}",
                e
            );
        }
    }

    private void Add(RewardSourceOptions source, ExperimentRegistry registry, ModelLoadOptions load)
    {
        if (registry.ModelSources.Knows(source))
        {
            _models.Add(registry.ModelSources.Create(source, load));
            Schema = Schema.Source(_models[^1]);
        }
        else
        {
            _host.Add(registry.Sources.Create(source, load.Logger ?? NullLogger.Instance));
            Schema = Schema.Source(_host[^1]);
        }
    }
}
