using System.Text.Json.Nodes;
using Rlhf.Models;
using Rlhf.Tests.Core.Models;

namespace Rlhf.Tests.HfParity;

/// <summary>What counts as refused: the message names what the case mentions, be it the model's folder or an adapter's.</summary>
public sealed class ModelParityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rlhf-model-parity-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("pissa", "pissa", 1)]
    [InlineData("pissa", "olora", 0)]
    [InlineData("gaussian", "gaussian", 0)]
    public void ARefusedAdapter_MustBeRefusedOnItsModel_WithWhatTheCaseMentions(string start, string mention, int matched)
    {
        string folder = Path.Combine(_root, "hf", "case"),
            adapter = Path.Combine(folder, "adapter");
        using (CausalLm model = CausalLm.Create(ModelFolder.Llama, 1))
        {
            model.Save(folder);
            model.AddAdapters(new() { Rank = 2, TargetModules = ["q_proj"] }, 1);
            model.SaveAdapters(adapter);
        }

        string config = Path.Combine(adapter, "adapter_config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["init_lora_weights"] = start;
        File.WriteAllText(config, json.ToJsonString());
        File.WriteAllText(
            Path.Combine(folder, "reference.json"),
            $$"""{"expect":"refuse","adapter":"adapter","mentions":["init_lora_weights","{{mention}}"]}"""
        );
        ParityTally tally = ModelParity.Run(_root);
        Assert.Equal(1, tally.Total);
        Assert.Equal(matched, tally.Matched);
    }
}
