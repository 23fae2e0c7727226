using System.Text.Json.Nodes;
using Rlhf.Models;
using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

/// <summary>A small model's folder that a test changes as other libraries and broken downloads would.</summary>
internal sealed class ModelFolder : IDisposable
{
    public ModelFolder(CausalLmConfig config, long seed = 1)
    {
        using CausalLm model = CausalLm.Create(config, seed);
        model.Save(Path);
    }

    public static CausalLmConfig Llama { get; } = SmallModel.Llama(30, end: 2) with { Layers = 2, MaxPositions = 64 };

    public string Path { get; } = Directory.CreateTempSubdirectory("rlhf-model-folder-").FullName;

    public string Adapter => System.IO.Path.Combine(Path, "adapter");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Changes config.json.</summary>
    public ModelFolder Config(Action<JsonObject> change) => Json("config.json", change);

    /// <summary>Sets keys of config.json from the text of an object.</summary>
    public ModelFolder Config(string json) =>
        Config(config =>
        {
            foreach ((string key, JsonNode? value) in JsonNode.Parse(json)!.AsObject())
            {
                config[key] = value?.DeepClone();
            }
        });

    public ModelFolder Json(string name, Action<JsonObject> change)
    {
        JsonObject json = JsonNode.Parse(System.IO.File.ReadAllText(File(name)))!.AsObject();
        change(json);
        System.IO.File.WriteAllText(File(name), json.ToJsonString());
        return this;
    }

    /// <summary>Renames or drops (null) stored tensors.</summary>
    public ModelFolder Rename(Func<string, string?> name) =>
        Tensors(all => [.. all.Where(t => name(t.Name) is not null).Select(t => (name(t.Name)!, t.Value))]);

    /// <summary>Changes what model.safetensors holds.</summary>
    public ModelFolder Tensors(Func<(string Name, Tensor Value)[], IReadOnlyList<(string, Tensor)>> change) =>
        Tensors("model.safetensors", change);

    public ModelFolder Tensors(string file, Func<(string Name, Tensor Value)[], IReadOnlyList<(string, Tensor)>> change)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        (string, Tensor)[] tensors;
        using (SafetensorsFile weights = SafetensorsFile.Open(File(file)))
        {
            tensors = [.. weights.Names.Select(n => (n, weights.Read(n).clone()))];
        }

        SafetensorsWriter.Write(File(file), change(tensors));
        return this;
    }

    /// <summary>Log-probabilities of a fixed row under the folder's model.</summary>
    public float[] LogProbs(ModelLoadOptions? options = null)
    {
        using CausalLm model = CausalLm.Load(Path, options);
        return LogProbs(model);
    }

    public static float[] LogProbs(CausalLm model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TokenSequence[] rows = [new([1, 5, 9], [4, 7, 11, 3]), new([8], [6, 2])];
        return [.. ResponseLogProbs.Compute(model, rows, 4, 1).LogProbs.cpu().view(-1).data<float>()];
    }

    /// <summary>The message with which the folder is refused as a policy.</summary>
    public string Refusal() => Assert.Throws<ModelFormatException>(() => CausalLm.Load(Path).Dispose()).Message;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
