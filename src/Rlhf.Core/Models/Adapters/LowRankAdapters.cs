using Rlhf.Configuration;
using Rlhf.Safetensors;
using Rlhf.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>The low-rank adapters of a model, in PEFT's names and folder layout.</summary>
internal sealed class LowRankAdapters : IDisposable
{
    private readonly AdapterConfig _config;
    private readonly ParameterSet _parameters;
    private readonly List<Projection> _attached = [];
    private readonly HashSet<string> _trained = new(StringComparer.Ordinal);

    private LowRankAdapters(AdapterConfig config, ParameterSet parameters)
    {
        (_config, _parameters) = (config, parameters);
    }

    /// <summary>Whether a parameter belongs to an adapter.</summary>
    public static bool IsAdapterName(string name) =>
        name.EndsWith(PeftFolder.DownSuffix, StringComparison.Ordinal) || name.EndsWith(PeftFolder.UpSuffix, StringComparison.Ordinal);

    /// <summary>Whether a parameter is trained: an adapter's, or a weight that is trained whole beside them.</summary>
    public bool IsTrained(string name) => _trained.Contains(name);

    /// <summary>New adapters: A uniform within ±1/√inputs, as PEFT draws it, B zero.</summary>
    public static LowRankAdapters Create(LoraOptions options, IEnumerable<Projection> projections, ParameterSet parameters, long seed)
    {
        OptionsCheck.Require(options);
        Projection[] all = [.. projections];
        string[] kinds = [.. all.Select(p => p.Kind).Distinct()];
        IReadOnlyList<string> targets =
            options.TargetModules is [var only] && string.Equals(only, AdapterTargets.AllLinearName, StringComparison.OrdinalIgnoreCase)
                ? kinds
                : options.TargetModules;
        if (targets.Count == 0 || targets.Any(t => !kinds.Contains(t)))
        {
            throw new ArgumentException(
                $"TargetModules is [{string.Join(", ", targets)}]; each must be one of {string.Join(", ", kinds)}, and one is needed; {AdapterTargets.AllLinearName} alone means all.",
                nameof(options)
            );
        }

        AdapterConfig config = new()
        {
            Rank = options.Rank,
            Alpha = options.Alpha,
            Targets = new() { Names = targets },
        };
        var adapters = new LowRankAdapters(config, parameters);
        foreach (Projection projection in all.Where(p => targets.Contains(p.Kind)))
        {
            Tensor down = RandomWeights.Uniform(
                seed,
                projection.Name + PeftFolder.DownSuffix,
                [options.Rank, projection.Inputs],
                1 / Math.Sqrt(projection.Inputs)
            );
            Parameter like = projection.Weight;
            adapters.Attach(
                projection,
                down.to(like.dtype, like.device),
                zeros([projection.Outputs, options.Rank], like.dtype, like.device)
            );
        }

        return adapters;
    }

    /// <summary>Attaches a PEFT folder's adapters to every module that its configuration names, and to no other.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="projections">The linear layers of the blocks.</param>
    /// <param name="head">The head.</param>
    /// <param name="parameters">Where the adapters' parameters go.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, left over or of another shape, or holds what is not finite.</exception>
    public static LowRankAdapters Load(PeftFolder folder, IEnumerable<Projection> projections, Projection head, ParameterSet parameters)
    {
        AdapterConfig config = folder.Config;
        var adapters = new LowRankAdapters(config, parameters);
        try
        {
            foreach (Projection projection in projections.Append(head).Where(p => IsTarget(config, p.Name, p != head)))
            {
                int rank = config.RankOf(projection.Name);
                adapters.Attach(
                    projection,
                    folder.Read(projection.Name + PeftFolder.DownSuffix, rank, projection.Inputs, projection.Weight),
                    folder.Read(projection.Name + PeftFolder.UpSuffix, projection.Outputs, rank, projection.Weight)
                );
            }

            return adapters;
        }
        catch
        {
            adapters.Detach();
            throw;
        }
    }

    /// <summary>Whether a configuration attaches an adapter to a module: what is trained whole has none.</summary>
    public static bool IsTarget(AdapterConfig config, string module, bool isLinear) =>
        config.Targets.Include(module, isLinear)
        && config.ModulesToSave.All(m => module != m && !module.EndsWith("." + m, StringComparison.Ordinal));

    /// <summary>Marks a weight of the model as trained whole beside the adapters.</summary>
    public void TrainWhole(string parameter) => _trained.Add(parameter);

    /// <summary>Writes a PEFT folder.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(
            Path.Combine(folder, PeftFolder.WeightsFile),
            [.. _parameters.All.Where(p => IsTrained(p.Name)).Select(p => (PeftFolder.Prefix + p.Name, (Tensor)p.Value))],
            null
        );
        AdapterConfigWriter.Write(_config, TargetNames(), Path.Combine(folder, PeftFolder.ConfigFile));
    }

    /// <summary>Takes the adapters off and frees them.</summary>
    public void Detach()
    {
        foreach (Projection projection in _attached)
        {
            projection.Adapter!.Scale.Dispose();
            projection.Adapter = null;
            _parameters.Remove(projection.Name + PeftFolder.DownSuffix);
            _parameters.Remove(projection.Name + PeftFolder.UpSuffix);
        }

        _attached.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Projection projection in _attached)
        {
            projection.Adapter!.Scale.Dispose();
        }
    }

    private void Attach(Projection projection, Tensor down, Tensor up)
    {
        string downName = projection.Name + PeftFolder.DownSuffix,
            upName = projection.Name + PeftFolder.UpSuffix;
        projection.Adapter = new(_parameters.Add(downName, down), _parameters.Add(upName, up), _config.ScaleOf(projection.Name));
        _attached.Add(projection);
        _trained.UnionWith([downName, upName]);
    }

    // What was attached, as short as it can be said: the last parts of names where they mean the same, else whole names.
    private string[] TargetNames()
    {
        string[] attached = [.. _attached.Select(p => p.Name)],
            kinds = [.. _attached.Select(p => p.Kind).Distinct()];
        AdapterTargets short_ = new() { Names = kinds };
        bool same = _parameters
            .All.Where(p => p.Name.EndsWith(".weight", StringComparison.Ordinal) && !IsAdapterName(p.Name))
            .Select(p => p.Name[..^".weight".Length])
            .All(m => short_.Include(m, isLinear: true) == attached.Contains(m));
        return same ? kinds : attached;
    }
}
