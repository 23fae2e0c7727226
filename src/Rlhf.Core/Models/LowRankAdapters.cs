using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Models.HuggingFace;
using Rlhf.Safetensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>The low-rank adapters of a model, in PEFT's names and folder layout.</summary>
internal sealed class LowRankAdapters : IDisposable
{
    private const string ConfigFile = "adapter_config.json";
    private const string WeightsFile = "adapter_model.safetensors";
    private const string PeftPrefix = "base_model.model.";
    private const string DownSuffix = ".lora_A.weight";
    private const string UpSuffix = ".lora_B.weight";

    private readonly LoraOptions _options;
    private readonly ParameterSet _parameters;
    private readonly Scalar _scale;
    private readonly Dictionary<string, LowRankAdapter> _byWeight = new(StringComparer.Ordinal);

    private LowRankAdapters(LoraOptions options, ParameterSet parameters, double scale)
    {
        (_options, _parameters, _scale) = (options, parameters, scale);
    }

    /// <summary>Whether a parameter belongs to an adapter.</summary>
    public static bool IsAdapterName(string name) =>
        name.EndsWith(DownSuffix, StringComparison.Ordinal) || name.EndsWith(UpSuffix, StringComparison.Ordinal);

    /// <summary>New adapters: A uniform within ±1/√inputs, as PEFT draws it, B zero.</summary>
    public static LowRankAdapters Create(LoraOptions options, IEnumerable<Projection> projections, ParameterSet parameters, long seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        Projection[] all = [.. projections];
        if (options.TargetModules.FirstOrDefault(t => all.All(p => p.Kind != t)) is { } unknown || options.TargetModules.Count == 0)
        {
            throw new ArgumentException(
                $"TargetModules is [{string.Join(", ", options.TargetModules)}]; each must be one of {string.Join(", ", all.Select(p => p.Kind).Distinct())}, and one is needed.",
                nameof(options)
            );
        }

        var adapters = new LowRankAdapters(options, parameters, options.Alpha / options.Rank);
        foreach (Projection projection in all.Where(p => options.TargetModules.Contains(p.Kind)))
        {
            Parameter like = parameters.All.First(p => p.Name == projection.Name + ".weight").Value;
            Tensor down = RandomWeights.Uniform(
                seed,
                projection.Name + DownSuffix,
                [options.Rank, projection.Inputs],
                1 / Math.Sqrt(projection.Inputs)
            );
            adapters.Attach(
                projection,
                down.to(like.dtype, like.device),
                zeros([projection.Outputs, options.Rank], like.dtype, like.device)
            );
        }

        return adapters;
    }

    /// <summary>Reads a PEFT folder.</summary>
    public static LowRankAdapters Load(string folder, IEnumerable<Projection> projections, ParameterSet parameters)
    {
        (LoraOptions options, double scale) = ReadConfig(Path.Combine(folder, ConfigFile));
        string path = Path.Combine(folder, WeightsFile);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        HashSet<string> unread = [.. file.Names];
        var adapters = new LowRankAdapters(options, parameters, scale);
        try
        {
            foreach (Projection projection in projections)
            {
                string down = PeftPrefix + projection.Name + DownSuffix,
                    up = PeftPrefix + projection.Name + UpSuffix;
                if (!unread.Contains(down) && !unread.Contains(up))
                {
                    continue;
                }

                Parameter like = parameters.All.First(p => p.Name == projection.Name + ".weight").Value;
                Tensor a = Read(down, options.Rank, projection.Inputs, like),
                    b = Read(up, projection.Outputs, options.Rank, like);
                adapters.Attach(projection, a, b);
            }

            if (unread.Count > 0 || adapters._byWeight.Count == 0)
            {
                throw new ModelFormatException(
                    $"{path}: {(unread.Count > 0 ? $"tensor '{unread.Order(StringComparer.Ordinal).First()}' belongs to no layer of the model" : "there are no adapters in it")}."
                );
            }

            return adapters;
        }
        catch
        {
            adapters.Detach(projections);
            adapters.Dispose();
            throw;
        }

        Tensor Read(string name, long rows, long columns, Parameter like)
        {
            if (!unread.Remove(name))
            {
                throw new ModelFormatException($"{path}: tensor '{name}' is missing; its other half is there.");
            }

            long[] shape = [.. file.Entry(name).Shape];
            return shape is [var r, var c] && r == rows && c == columns
                ? file.Read(name, like.device, like.dtype)
                : throw new ModelFormatException(
                    $"{path}: tensor '{name}' has shape [{string.Join(',', shape)}]; the model and {ConfigFile} need [{rows},{columns}]."
                );
        }
    }

    /// <summary>A weight with its adapter's product added, or null where it has none.</summary>
    public Tensor? Merged(string weightName, Tensor weight) =>
        _byWeight.TryGetValue(weightName, out LowRankAdapter? adapter) ? weight.add(adapter.Up.mm(adapter.Down).mul(adapter.Scale)) : null;

    /// <summary>Writes a PEFT folder.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var config = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["r"] = _options.Rank,
            ["lora_alpha"] = _scale.ToDouble() * _options.Rank,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["use_rslora"] = false,
            ["use_dora"] = false,
            ["base_model_name_or_path"] = null,
            ["target_modules"] = new JsonArray([.. _options.TargetModules.Select(t => JsonValue.Create(t))]),
        };
        SafetensorsWriter.Write(
            Path.Combine(folder, WeightsFile),
            [.. _parameters.All.Where(p => IsAdapterName(p.Name)).Select(p => (PeftPrefix + p.Name, (Tensor)p.Value))],
            null
        );
        File.WriteAllText(Path.Combine(folder, ConfigFile), config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    /// <inheritdoc/>
    public void Dispose() => _scale.Dispose();

    private void Attach(Projection projection, Tensor down, Tensor up)
    {
        var adapter = new LowRankAdapter(
            _parameters.Add(projection.Name + DownSuffix, down),
            _parameters.Add(projection.Name + UpSuffix, up),
            _scale
        );
        projection.Adapter = adapter;
        _byWeight[projection.Name + ".weight"] = adapter;
    }

    private void Detach(IEnumerable<Projection> projections)
    {
        foreach (Projection projection in projections.Where(p => p.Adapter is not null))
        {
            projection.Adapter = null;
            _parameters.Remove(projection.Name + DownSuffix);
            _parameters.Remove(projection.Name + UpSuffix);
        }
    }

    private static (LoraOptions Options, double Scale) ReadConfig(string path)
    {
        JsonObject config;
        try
        {
            config =
                JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new ModelFormatException($"{path}: it holds no JSON object.");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new ModelFormatException($"{path}: cannot be read as an adapter's configuration: {e.Message}", e);
        }

        Demand("peft_type", v => v == "LORA", "LORA");
        Demand("bias", v => v is null or "none", "none");
        foreach (string flag in (string[])["use_dora", "lora_bias", "fan_in_fan_out", "use_qalora"])
        {
            Demand(flag, v => v is null or "false", "false");
        }

        foreach (
            string list in (string[])
                ["modules_to_save", "rank_pattern", "alpha_pattern", "layer_replication", "target_parameters", "trainable_token_indices"]
        )
        {
            Demand(list, v => v is null or "{}" or "[]", "empty");
        }

        int rank = (int)Number("r");
        double alpha = Number("lora_alpha"),
            divisor = config["use_rslora"]?.ToString() == "true" ? Math.Sqrt(rank) : rank;
        if (rank < 1 || !double.IsFinite(alpha))
        {
            throw new ModelFormatException(
                $"{path}: r is {rank} and lora_alpha {alpha.ToString(CultureInfo.InvariantCulture)}; r must be at least 1, lora_alpha finite."
            );
        }

        string[] targets = config["target_modules"] is JsonArray names ? [.. names.Select(n => n!.ToString())] : [];
        return (
            new()
            {
                Rank = rank,
                Alpha = alpha,
                TargetModules = targets,
            },
            alpha / divisor
        );

        void Demand(string key, Func<string?, bool> holds, string supported)
        {
            string? value = config[key]?.ToString();
            if (!holds(value))
            {
                throw new ModelFormatException($"{path}: {key} is {value ?? "missing"}; only {supported} is supported.");
            }
        }

        double Number(string key) =>
            config[key] is JsonValue value && value.TryGetValue(out double number)
                ? number
                : throw new ModelFormatException($"{path}: {key} must be a number.");
    }
}
