using Rlhf.Models;
using Rlhf.Tests.Abstractions.Records;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

/// <summary>Folders as other libraries, compilers and broken downloads leave them: loaded where they are the same model, else refused.</summary>
public sealed class ForeignFolderTests : IDisposable
{
    private readonly ModelFolder _folder = new(ModelFolder.Llama);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("_orig_mod.")]
    [InlineData("module.")]
    [InlineData("module._orig_mod.")]
    [InlineData("base_model.model.")]
    [InlineData("pretrained_model.")]
    [InlineData("model.")]
    [InlineData("_fsdp_wrapped_module.")]
    public void Names_OfAWrappedModel_AreUnderstood(string prefix)
    {
        float[] before = _folder.LogProbs();
        Assert.Equal(before, _folder.Rename(n => prefix + n).LogProbs());
    }

    [Fact]
    public void Names_OfATrunkSavedAlone_AreUnderstood()
    {
        float[] before = _folder.LogProbs();
        Assert.Equal(before, _folder.Rename(n => n.StartsWith("model.", StringComparison.Ordinal) ? n["model.".Length..] : n).LogProbs());
        string message = _folder.Rename(n => n == "lm_head.weight" ? null : n).Refusal();
        Assert.Contains("lm_head.weight", message, StringComparison.Ordinal);
        Assert.Contains("tie_word_embeddings", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorUnderTwoNames_IsRefused()
    {
        _folder.Tensors(all =>
            [.. all.Select(t => (t.Name, t.Value)), ("_orig_mod.lm_head.weight", all.First(t => t.Name == "lm_head.weight").Value.clone())]
        );
        Assert.Contains("lm_head.weight", _folder.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATiedModel_WhoseHeadAloneIsStored_IsLoaded()
    {
        using ModelFolder tied = new(ModelFolder.Llama with { TieWordEmbeddings = true });
        float[] before = tied.LogProbs();
        tied.Rename(n => n == "model.embed_tokens.weight" ? "lm_head.weight" : n);
        Assert.Equal(before, tied.LogProbs());
    }

    [Fact]
    public void ATiedModel_WithACopyOfTheEmbeddingAsHead_StaysTied()
    {
        using ModelFolder tied = new(ModelFolder.Llama with { TieWordEmbeddings = true });
        float[] before = tied.LogProbs();
        tied.Tensors(all =>
            [.. all.Select(t => (t.Name, t.Value)), ("lm_head.weight", all.First(t => t.Name == "model.embed_tokens.weight").Value.clone())]
        );
        using CausalLm model = CausalLm.Load(tied.Path);
        Assert.True(model.Config.TieWordEmbeddings);
        Assert.Equal(before, ModelFolder.LogProbs(model));
    }

    [Fact]
    public void ATiedConfiguration_WithAnotherHeadStored_UsesTheStoredHead_AndSavesItUntied()
    {
        float[] before = _folder.LogProbs();
        _folder.Config("""{"tie_word_embeddings":true}""");
        using CausalLm model = CausalLm.Load(_folder.Path);
        Assert.False(model.Config.TieWordEmbeddings);
        Assert.Equal(before, ModelFolder.LogProbs(model));
        string again = _folder.File("again");
        model.Save(again);
        using CausalLm saved = CausalLm.Load(again);
        Assert.Equal(before, ModelFolder.LogProbs(saved));
    }

    [Fact]
    public void AValueHead_ThatIsLeftOut_IsLoggedByFolderAndNames()
    {
        _folder.Tensors(all =>
            [
                .. all.Select(t => (t.Name, t.Value)),
                ("v_head.summary.weight", zeros(1, 16)),
                ("v_head.summary.bias", zeros(1)),
                ("model.rotary_emb.inv_freq", zeros(2)),
            ]
        );
        ListLogger log = new();
        using CausalLm model = CausalLm.Load(_folder.Path, new() { Logger = log });
        Assert.Equal(
            $"{_folder.Path}: the stored tensors v_head.summary.bias, v_head.summary.weight are left out: a language model has no use for a value head.",
            Assert.Single(log.Warnings)
        );
    }

    [Theory]
    [InlineData("v_head.summary.weight", "LlamaForCausalLM", true)]
    [InlineData("value_head.weight", "LlamaForCausalLM", true)]
    [InlineData("v_head.summary.weight", "AutoModelForCausalLMWithValueHead", true)]
    [InlineData("value_head.weight", "CriticModel", false)]
    [InlineData("score.weight", "LlamaForSequenceClassification", false)]
    [InlineData("score.weight", "LlamaForCausalLM", false)]
    [InlineData("model.rotary_emb.inv_freq", "LlamaForCausalLM", true)]
    [InlineData("model.layers.1.self_attn.rotary_emb.inv_freq", "LlamaForCausalLM", true)]
    [InlineData("model.layers.1.self_attn.sinks", "LlamaForCausalLM", false)]
    [InlineData("model.layers.2.input_layernorm.weight", "LlamaForCausalLM", false)]
    [InlineData("lm_head.bias", "LlamaForCausalLM", false)]
    [InlineData("model.layers.0.self_attn.q_proj.bias", "LlamaForCausalLM", false)]
    [InlineData("model.layers.0.self_attn.q_proj.lora_A.default.weight", "LlamaForCausalLM", false)]
    [InlineData("model.layers.0.self_attn.q_proj.weight_scale", "LlamaForCausalLM", false)]
    public void ATensorBeside_IsExplainedOrRefusedByName(string name, string architecture, bool loads)
    {
        float[] before = _folder.LogProbs();
        _folder.Config($$"""{"architectures":["{{architecture}}"]}""");
        _folder.Tensors(all => [.. all.Select(t => (t.Name, t.Value)), (name, ones(1, 16))]);
        if (loads)
        {
            Assert.Equal(before, _folder.LogProbs());
        }
        else
        {
            Assert.Contains(name, _folder.Refusal(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.qweight")]
    [InlineData("model.layers.0.self_attn.q_proj.weight.absmax")]
    public void AQuantisedModel_IsCalledSo_WhateverElseIsMissing(string name)
    {
        _folder.Rename(n => n == "model.layers.0.self_attn.q_proj.weight" ? name : n);
        string message = _folder.Refusal();
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("quantised", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeightOfWholeNumbers_IsRefused()
    {
        _folder.Tensors(all => [.. all.Select(t => (t.Name, t.Name == "model.norm.weight" ? ones(16, ScalarType.Int8) : t.Value))]);
        string message = _folder.Refusal();
        Assert.Contains("model.norm.weight", message, StringComparison.Ordinal);
        Assert.Contains("Int8", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public void AGitLfsPointer_IsCalledSo(string file)
    {
        File.WriteAllText(
            _folder.File(file),
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 538090408\n"
        );
        string message = _folder.Refusal();
        Assert.Contains(_folder.File(file), message, StringComparison.Ordinal);
        Assert.Contains("Git LFS pointer", message, StringComparison.Ordinal);
        Assert.Contains("538090408", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAdapterFolder_GivenAsModel_IsCalledSo()
    {
        File.WriteAllText(_folder.File("adapter_config.json"), "{}");
        Assert.Contains("adapter_config.json", _folder.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void PickledWeightsAlone_AreNamed()
    {
        File.Move(_folder.File("model.safetensors"), _folder.File("pytorch_model.bin"));
        string message = _folder.Refusal();
        Assert.Contains("model.safetensors", message, StringComparison.Ordinal);
        Assert.Contains("There is pytorch_model.bin", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeight_TooLargeForTheTypeItIsReadIn_IsRefused()
    {
        const string name = "model.layers.1.self_attn.q_proj.weight";
        _folder.Tensors(all => [.. all.Select(t => (t.Name, t.Name == name ? full(t.Value.shape, 1e300, ScalarType.Float64) : t.Value))]);
        string message = _folder.Refusal();
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("Float32", message, StringComparison.Ordinal);
        using var scope = NewDisposeScope();
        using CausalLm wide = CausalLm.Load(_folder.Path, new() { WeightType = ScalarType.Float64, ComputeType = ScalarType.Float64 });
        Assert.Equal(1e300, wide.NamedParameters.First(p => p.Name == name).Value.max().item<double>());
    }
}
