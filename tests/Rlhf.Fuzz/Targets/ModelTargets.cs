using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Rlhf.Models;
using Rlhf.Safetensors;

namespace Rlhf.Fuzz.Targets;

/// <summary>Folders of models, adapters and reward models as others write them.</summary>
internal static class ModelTargets
{
    private static readonly CausalLmConfig Config = new()
    {
        ModelType = "llama",
        HiddenSize = 8,
        Layers = 1,
        Heads = 2,
        KeyValueHeads = 1,
        HeadDim = 4,
        IntermediateSize = 8,
        VocabularySize = 16,
        MaxPositions = 32,
        RmsNormEps = 1e-5,
        RopeTheta = 10_000,
        RopeScaling = new(8, 1, 4, 16),
        TieWordEmbeddings = true,
        EosTokenIds = [2],
    };

    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new("model-config", 1.5, () => Model("config.json")),
        new("model-generation-config", 0.5, () => Model("generation_config.json")),
        new("model-weights", 1.5, () => Model("model.safetensors")),
        new("model-index", 0.5, () => new FolderTarget(Sharded(), "model.safetensors.index.json", Load, typeof(ModelFormatException))),
        new("adapter-config", 1.5, () => Adapter("adapter_config.json")),
        new("adapter-weights", 1, () => Adapter("adapter_model.safetensors")),
        new("reward-model-config", 1, () => Reward("config.json")),
        new("reward-model-weights", 0.5, () => Reward("model.safetensors")),
        new("safetensors", 1.5, () => new FolderTarget(CreateFolder(), "model.safetensors", Open, typeof(SafetensorsException))),
    ];

    private static FolderTarget Model(string file) => new(CreateFolder(), file, Load, typeof(ModelFormatException));

    private static FolderTarget Adapter(string file)
    {
        string folder = Scratch.Create();
        CausalLm model = CausalLm.Create(Config, seed: 1);
        using (CausalLm adapted = CausalLm.Create(Config, seed: 1))
        {
            adapted.AddAdapters(new() { Rank = 2, TargetModules = ["q_proj", "v_proj"] }, seed: 1);
            adapted.SaveAdapters(folder);
        }

        return new(
            folder,
            file,
            f =>
            {
                // A model that took adapters keeps them; one that refused them is as it was.
                model.LoadAdapters(f);
                model.Dispose();
                model = CausalLm.Create(Config, seed: 1);
            },
            typeof(ModelFormatException)
        );
    }

    private static FolderTarget Reward(string file)
    {
        string folder = CreateFolder(Config with { NumLabels = 1 });
        return new(folder, file, f => RewardModel.Load(f).Dispose(), typeof(ModelFormatException));
    }

    private static void Load(string folder) => CausalLm.Load(folder).Dispose();

    private static void Open(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        foreach (string name in file.Names)
        {
            using TorchSharp.torch.Tensor tensor = file.Read(name);
        }
    }

    private static string CreateFolder(CausalLmConfig? config = null)
    {
        string folder = Scratch.Create();
        using CausalLm model = CausalLm.Create(Config, seed: 1);
        model.Save(folder);
        if (config is not null)
        {
            JsonObject json = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
            json["architectures"] = new JsonArray("LlamaForSequenceClassification");
            json["num_labels"] = config.NumLabels;
            File.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString());
            AddTensor(Path.Combine(folder, "model.safetensors"), "score.weight", [1, Config.HiddenSize]);
        }

        return folder;
    }

    private static string Sharded()
    {
        string folder = CreateFolder(),
            file = Path.Combine(folder, "model.safetensors"),
            shard = "model-00001-of-00001.safetensors";
        JsonObject map = [];
        using (SafetensorsFile weights = SafetensorsFile.Open(file))
        {
            foreach (string name in weights.Names)
            {
                map[name] = shard;
            }
        }

        File.Move(file, Path.Combine(folder, shard));
        JsonObject index = new()
        {
            ["metadata"] = new JsonObject { ["total_size"] = 1 },
            ["weight_map"] = map,
        };
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), index.ToJsonString());
        return folder;
    }

    // Appends a float32 tensor of zeros to a file.
    private static void AddTensor(string path, string name, long[] shape)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            data = sizeof(ulong) + length;
        JsonObject header = (JsonObject)JsonNode.Parse(bytes.AsSpan(sizeof(ulong), length))!;
        long end = bytes.Length - data,
            size = shape.Aggregate(1L, (a, b) => a * b) * sizeof(float);
        header[name] = new JsonObject
        {
            ["dtype"] = "F32",
            ["shape"] = new JsonArray([.. shape.Select(s => JsonValue.Create(s))]),
            ["data_offsets"] = new JsonArray(end, end + size),
        };
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        using FileStream file = File.Create(path);
        byte[] prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        file.Write(prefix);
        file.Write(json);
        file.Write(bytes.AsSpan(data));
        file.Write(new byte[size]);
    }
}
