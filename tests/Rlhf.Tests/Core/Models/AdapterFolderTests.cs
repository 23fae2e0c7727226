using System.Text.Json.Nodes;
using Rlhf.Models;
using Rlhf.Safetensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

/// <summary>PEFT folders: what is refused by key, value or tensor, and what is attached by PEFT's rules.</summary>
public sealed class AdapterFolderTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj";

    // Keys as PEFT 0.21 writes them.
    private const string Config = """
        {"alora_invocation_tokens":null,"alpha_pattern":{},"arrow_config":null,"auto_mapping":null,"base_model_name_or_path":"..","bias":"none",
        "corda_config":null,"ensure_weight_tying":false,"eva_config":null,"exclude_modules":null,"fan_in_fan_out":false,"inference_mode":true,
        "init_lora_weights":true,"kasa_config":null,"layer_replication":null,"layers_pattern":null,"layers_to_transform":null,"loftq_config":{},
        "lora_alpha":8,"lora_bias":false,"lora_dropout":0.1,"lora_ga_config":null,"megatron_config":null,"megatron_core":"megatron.core",
        "modules_to_save":null,"peft_type":"LORA","peft_version":"0.21.2","qalora_group_size":16,"r":4,"rank_pattern":{},"revision":null,
        "target_modules":["q_proj"],"target_parameters":null,"task_type":"CAUSAL_LM","trainable_token_indices":null,"use_bdlora":null,
        "use_dora":false,"use_qalora":false,"use_rslora":false,"velora_config":null}
        """;

    private readonly ModelFolder _folder = new(ModelFolder.Llama);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"init_lora_weights":"pissa"}""", "init_lora_weights", "pissa")]
    [InlineData("""{"init_lora_weights":"pissa_niter_16"}""", "init_lora_weights", "pissa_niter_16")]
    [InlineData("""{"init_lora_weights":"olora"}""", "init_lora_weights", "olora")]
    [InlineData("""{"init_lora_weights":"corda"}""", "init_lora_weights", "corda")]
    [InlineData("""{"init_lora_weights":"loftq"}""", "init_lora_weights", "loftq")]
    [InlineData("""{"init_lora_weights":"lora_ga"}""", "init_lora_weights", "lora_ga")]
    [InlineData("""{"alora_invocation_tokens":[5,6]}""", "alora_invocation_tokens", "[5,6]")]
    [InlineData("""{"use_bdlora":{"nblocks":2}}""", "use_bdlora", "nblocks")]
    [InlineData("""{"arrow_config":{"top_k":3}}""", "arrow_config", "top_k")]
    [InlineData("""{"kasa_config":{"beta":1e-4}}""", "kasa_config", "beta")]
    [InlineData("""{"use_mora":true}""", "use_mora", "true")]
    [InlineData("""{"ensure_weight_tying":true}""", "ensure_weight_tying", "true")]
    [InlineData("""{"use_dora":true}""", "use_dora", "true")]
    [InlineData("""{"use_qalora":true}""", "use_qalora", "true")]
    [InlineData("""{"lora_bias":true}""", "lora_bias", "true")]
    [InlineData("""{"fan_in_fan_out":true}""", "fan_in_fan_out", "true")]
    [InlineData("""{"megatron_config":{"a":1}}""", "megatron_config", "\"a\"")]
    [InlineData("""{"velora_config":{"rank":1}}""", "velora_config", "rank")]
    [InlineData("""{"monteclora_config":{"num_samples":8}}""", "monteclora_config", "num_samples")]
    [InlineData("""{"layer_replication":[[0,2]]}""", "layer_replication", "[[0,2]]")]
    [InlineData("""{"target_parameters":["mlp.experts"]}""", "target_parameters", "mlp.experts")]
    [InlineData("""{"trainable_token_indices":[7]}""", "trainable_token_indices", "[7]")]
    [InlineData("""{"modules_to_save":["norm"]}""", "modules_to_save", "norm")]
    [InlineData("""{"bias":"all"}""", "bias", "all")]
    [InlineData("""{"bias":"lora_only"}""", "bias", "lora_only")]
    [InlineData("""{"task_type":"SEQ_CLS"}""", "task_type", "SEQ_CLS")]
    [InlineData("""{"peft_type":"LOHA"}""", "peft_type", "LOHA")]
    [InlineData("""{"r":4.9}""", "r is", "4.9")]
    [InlineData("""{"r":0}""", "r is", "0")]
    [InlineData("""{"use_rslora":1}""", "use_rslora", "1")]
    [InlineData("""{"rank_pattern":{"q_proj":2.5}}""", "rank_pattern.q_proj", "2.5")]
    [InlineData("""{"alpha_pattern":{"q_proj":"x"}}""", "alpha_pattern.q_proj", "x")]
    [InlineData("""{"rank_pattern":{"q_(proj":2}}""", "rank_pattern.q_(proj", "pattern")]
    [InlineData("""{"target_modules":"q_(proj"}""", "target_modules", "pattern")]
    [InlineData("""{"target_modules":["q_proj","k_proj"]}""", "model.layers.0.self_attn.k_proj.lora_A.weight", "missing")]
    [InlineData("""{"target_modules":["v_proj"]}""", "self_attn.q_proj.lora_A.weight", "target_modules")]
    [InlineData("""{"target_modules":["embed_tokens","q_proj"]}""", "target_modules", "embed_tokens")]
    [InlineData("""{"target_modules":[]}""", Query, "target_modules")]
    [InlineData("""{"layers_to_transform":[0]}""", "model.layers.1.self_attn.q_proj", "target_modules")]
    [InlineData("""{"exclude_modules":["q_proj"]}""", Query, "target_modules")]
    [InlineData("""{"new_switch":3}""", "new_switch", "3")]
    public void AnAdapter_ThatIsNoPlainLora_IsRefusedByKeyAndValue(string json, string key, string value)
    {
        using var scope = NewDisposeScope();
        Write(json, Layers("q_proj"));
        string message = Refusal();
        Assert.Contains(key, message, StringComparison.Ordinal);
        Assert.Contains(value, message, StringComparison.Ordinal);
        Assert.Contains(_folder.Adapter, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"init_lora_weights":"gaussian"}""")]
    [InlineData("""{"init_lora_weights":"eva","eva_config":{"rho":2.0}}""")]
    [InlineData("""{"init_lora_weights":"orthogonal"}""")]
    [InlineData("""{"new_switch":null,"other_switch":false,"pattern":{},"list":[]}""")]
    [InlineData("""{"runtime_config":{"ephemeral_gpu_offload":false},"auto_mapping":{"base_model_class":"LlamaForCausalLM"}}""")]
    [InlineData("""{"target_modules":["q_proj","c_attn"]}""")]
    [InlineData("""{"target_modules":".*\\.self_attn\\.q_proj"}""")]
    [InlineData(
        """{"target_modules":"(?:.*?(?:self_attn).*?(?:q_proj).*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.self_attn\\.(?:(?:q_proj)))"}"""
    )]
    [InlineData("""{"target_modules":"model\\.layers\\.\\d+\\.self_attn\\.(?!k|v|o)[a-z]_proj"}""")]
    [InlineData("""{"target_modules":["self_attn.q_proj"],"layers_to_transform":[0,1],"layers_pattern":"layers"}""")]
    [InlineData("""{"target_modules":["q_proj","k_proj"],"exclude_modules":".*k_proj"}""")]
    [InlineData("""{"target_modules":["model.layers.0.self_attn.q_proj","model.layers.1.self_attn.q_proj"]}""")]
    public void OtherSpellings_OfTheSameAdapter_GiveTheSame(string json)
    {
        using var scope = NewDisposeScope();
        Write("{}", Layers("q_proj"));
        float[] expected = LogProbs();
        Assert.NotEqual(_folder.LogProbs(), expected);
        Write(json, Layers("q_proj"));
        Assert.Equal(expected, LogProbs());
    }

    [Fact]
    public void TheProduct_IsScaledByAlphaAndRank_OfTheFirstPatternThatFits()
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] tensors = [.. Lora(Query, 2), .. Lora("model.layers.1.self_attn.q_proj", 4)];
        Write("""{"rank_pattern":{"layers.0.self_attn.q_proj":2,"q_proj":4},"alpha_pattern":{"^model.layers.0.*":6.5},"r":9}""", tensors);
        Tensor[] merged = Merged();
        Check(merged[0], Query, tensors[0].Item2, tensors[1].Item2, 6.5 / 2);
        Check(merged[1], "model.layers.1.self_attn.q_proj", tensors[2].Item2, tensors[3].Item2, 8.0 / 4);

        Write("""{"use_rslora":true}""", Layers("q_proj", out tensors));
        Check(Merged()[0], Query, tensors[0].Item2, tensors[1].Item2, 8 / Math.Sqrt(4));
    }

    [Fact]
    public void AllLinear_IsEveryProjectionButTheHead()
    {
        using var scope = NewDisposeScope();
        string[] kinds = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
        Write("""{"target_modules":"all-linear"}""", [.. kinds.SelectMany(k => Layers(k))]);
        using CausalLm model = Loaded();
        Assert.Equal(2 * 2 * 7, model.NamedParameters.Count(p => p.Value.requires_grad));
        string again = _folder.File("again");
        model.SaveAdapters(again);
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(again, "adapter_config.json")))!.AsObject();
        Assert.Equal(kinds.Order(), config["target_modules"]!.AsArray().Select(n => n!.ToString()).Order());
    }

    [Theory]
    [InlineData("""{"target_modules":"model\\.layers\\.1\\.self_attn\\.q_proj"}""")]
    [InlineData("""{"layers_to_transform":1,"rank_pattern":{"q_proj":4},"r":7,"alpha_pattern":{"q_proj":3}}""")]
    [InlineData("""{"layers_to_transform":1,"use_rslora":true}""")]
    public void WhatWasAttached_IsWrittenBackAsSuch(string json)
    {
        using var scope = NewDisposeScope();
        Write(json, Lora("model.layers.1.self_attn.q_proj", 4));
        float[] expected = LogProbs();
        using (CausalLm model = Loaded())
        {
            model.SaveAdapters(_folder.File("again"));
        }

        JsonObject config = JsonNode.Parse(File.ReadAllText(_folder.File("again/adapter_config.json")))!.AsObject();
        Assert.Equal(["model.layers.1.self_attn.q_proj"], config["target_modules"]!.AsArray().Select(n => n!.ToString()));
        Directory.Delete(_folder.Adapter, recursive: true);
        Directory.Move(_folder.File("again"), _folder.Adapter);
        Assert.Equal(expected, LogProbs());
    }

    [Theory]
    [InlineData(false, "lm_head")]
    [InlineData(false, "embed_tokens")]
    [InlineData(true, "lm_head")]
    [InlineData(true, "embed_tokens")]
    [InlineData(true, "lm_head", "embed_tokens")]
    public void HeadAndEmbedding_AreTrainedWhole_WrittenBackAndMerged(bool tied, params string[] modules)
    {
        using var scope = NewDisposeScope();
        using ModelFolder folder = new(ModelFolder.Llama with { TieWordEmbeddings = tied });
        manual_seed(5);
        Dictionary<string, Tensor> whole = modules.ToDictionary(
            m => m == "lm_head" ? "lm_head.weight" : "model.embed_tokens.weight",
            _ => randn(30, 16)
        );
        JsonArray names = new([.. modules.Select(m => JsonValue.Create(m))]);
        Write(
            $$"""{"modules_to_save":{{names.ToJsonString()}}}""",
            [.. Layers("q_proj"), .. whole.Select(w => ("base_model.model." + w.Key, w.Value))],
            folder
        );
        using CausalLm model = CausalLm.Load(folder.Path);
        Tensor embedding = model.NamedParameters.First(p => p.Name == "model.embed_tokens.weight").Value.detach().clone();
        Tensor head = tied ? embedding : model.NamedParameters.First(p => p.Name == "lm_head.weight").Value.detach().clone();
        model.LoadAdapters(folder.Adapter);
        Assert.False(model.Config.TieWordEmbeddings);
        Check("model.embed_tokens.weight", embedding);
        Check("lm_head.weight", head);
        float[] expected = ModelFolder.LogProbs(model);
        model.SaveAdapters(folder.File("again"));
        model.Save(folder.File("merged"));
        using CausalLm second = CausalLm.Load(folder.Path),
            merged = CausalLm.Load(folder.File("merged"));
        second.LoadAdapters(folder.File("again"));
        Assert.Equal(expected, ModelFolder.LogProbs(second));
        Assert.Equal(expected.Length, ModelFolder.LogProbs(merged).Zip(expected).Count(p => Math.Abs(p.First - p.Second) < 1e-4));

        void Check(string name, Tensor otherwise)
        {
            Parameter own = (Parameter)model.NamedParameters.First(p => p.Name == name).Value;
            Assert.Equal(whole.ContainsKey(name), own.requires_grad);
            Assert.True(own.equal(whole.GetValueOrDefault(name, otherwise)).all().item<bool>(), name);
        }
    }

    [Fact]
    public void AnAdapterOfATiedHead_LeavesTheEmbedding_AndIsMergedIntoAHeadOfItsOwn()
    {
        using var scope = NewDisposeScope();
        using ModelFolder folder = new(ModelFolder.Llama with { TieWordEmbeddings = true });
        float[] before = folder.LogProbs();
        Write("""{"target_modules":["lm_head"]}""", Lora("lm_head", 4, outputs: 30), folder);
        using CausalLm model = CausalLm.Load(folder.Path);
        model.LoadAdapters(folder.Adapter);
        float[] expected = ModelFolder.LogProbs(model);
        Assert.NotEqual(before, expected);
        model.Save(folder.File("merged"));
        using CausalLm merged = CausalLm.Load(folder.File("merged"));
        Assert.False(merged.Config.TieWordEmbeddings);
        Assert.Equal(expected.Length, ModelFolder.LogProbs(merged).Zip(expected).Count(p => Math.Abs(p.First - p.Second) < 1e-4));
    }

    [Theory]
    [InlineData("lora_magnitude_vector.weight")]
    [InlineData("lora_B.bias")]
    [InlineData("lora_diag.weight")]
    [InlineData("base_layer.weight")]
    public void ATensor_ThatPlainLoraLacks_IsRefusedByName(string suffix)
    {
        using var scope = NewDisposeScope();
        Write("{}", [.. Layers("q_proj"), ($"base_model.model.{Query}.{suffix}", ones(16, 1))]);
        Assert.Contains($"{Query}.{suffix}", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ATensor_ThatIsNotFinite_IsRefusedByName(double value)
    {
        using var scope = NewDisposeScope();
        Write("{}", [.. Layers("q_proj").Skip(1), ($"base_model.model.{Query}.lora_A.weight", full([4, 16], value))]);
        string message = Refusal();
        Assert.Contains($"{Query}.lora_A.weight", message, StringComparison.Ordinal);
        Assert.Contains("not finite", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmbeddingBeside_IsPassedOverAsACopy_AndRefusedOtherwise()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Load(_folder.Path);
        Tensor own = model.NamedParameters.First(p => p.Name == "model.embed_tokens.weight").Value.detach();
        Write("{}", Layers("q_proj"));
        float[] expected = LogProbs();
        Write("{}", [.. Layers("q_proj"), ("base_model.model.model.embed_tokens.weight", own.clone())]);
        Assert.Equal(expected, LogProbs());
        Write("{}", [.. Layers("q_proj"), ("base_model.model.model.embed_tokens.weight", own + 1)]);
        string message = Refusal();
        Assert.Contains("model.embed_tokens.weight", message, StringComparison.Ordinal);
        Assert.Contains("modules_to_save", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base_model.model._orig_mod.", ".lora_A.weight")]
    [InlineData("", ".lora_A.weight")]
    [InlineData("base_model.model.", ".lora_A.default.weight")]
    public void Names_OfOtherTrainers_AreUnderstood(string prefix, string down)
    {
        using var scope = NewDisposeScope();
        Write("{}", Layers("q_proj"));
        float[] expected = LogProbs();
        string up = down.Replace("_A", "_B", StringComparison.Ordinal);
        Write(
            "{}",
            [
                .. Layers("q_proj")
                    .Select(t =>
                        (
                            t.Item1.Replace("base_model.model.", prefix, StringComparison.Ordinal)
                                .Replace(".lora_A.weight", down, StringComparison.Ordinal)
                                .Replace(".lora_B.weight", up, StringComparison.Ordinal),
                            t.Item2
                        )
                    ),
            ]
        );
        Assert.Equal(expected, LogProbs());
    }

    [Fact]
    public void FilesThatAreMissing_AreNamedWithTheRemedy()
    {
        using var scope = NewDisposeScope();
        Write("{}", Layers("q_proj"));
        File.Move(Path.Combine(_folder.Adapter, "adapter_model.safetensors"), Path.Combine(_folder.Adapter, "adapter_model.bin"));
        Assert.Contains("adapter_model.bin", Refusal(), StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder.Adapter, "adapter_model.bin"));
        Assert.Contains("adapter_model.safetensors", Refusal(), StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder.Adapter, "adapter_config.json"));
        Assert.Contains("adapter_config.json", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void ARefusedAdapter_LeavesTheModelAsItWas()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Load(_folder.Path);
        float[] before = ModelFolder.LogProbs(model);
        Write("""{"target_modules":["q_proj","k_proj"]}""", [.. Layers("q_proj"), .. Lora("model.layers.0.self_attn.k_proj", 4)]);
        Assert.Throws<ModelFormatException>(() => model.LoadAdapters(_folder.Adapter));
        Assert.False(model.HasAdapters);
        Assert.Equal(before, ModelFolder.LogProbs(model));
        Assert.DoesNotContain(model.NamedParameters, p => p.Name.Contains("lora", StringComparison.Ordinal));
    }

    [Fact]
    public void AdaptersOnANewModel_TrainAlone_AreSavedApartAndMerged()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(ModelFolder.Llama, 3),
            plain = CausalLm.Create(ModelFolder.Llama, 3),
            merged = Trained(model);
        Assert.NotEqual(ModelFolder.LogProbs(plain), ModelFolder.LogProbs(model));
        foreach ((string name, Parameter value) in plain.NamedParameters)
        {
            Assert.True(value.equal(model.NamedParameters.First(p => p.Name == name).Value).all().item<bool>(), name);
        }

        plain.LoadAdapters(_folder.File("lora"));
        Assert.Equal(ModelFolder.LogProbs(model), ModelFolder.LogProbs(plain));
        float[] expected = ModelFolder.LogProbs(model);
        Assert.Equal(expected.Length, ModelFolder.LogProbs(merged).Zip(expected).Count(p => Math.Abs(p.First - p.Second) < 1e-4));
        Assert.DoesNotContain(merged.NamedParameters, p => p.Name.Contains("lora", StringComparison.Ordinal));
    }

    [Fact]
    public void NewAdapters_ForAllLinear_AreOnEveryProjection()
    {
        using CausalLm model = CausalLm.Create(ModelFolder.Llama, 3);
        model.AddAdapters(new() { TargetModules = ["all-linear"] }, 4);
        Assert.Equal(2 * 2 * 7, model.NamedParameters.Count(p => p.Value.requires_grad));
    }

    // One step of gradient ascent on the adapters alone.
    private CausalLm Trained(CausalLm model)
    {
        model.AddAdapters(new() { Rank = 2 }, 4);
        for (int step = 0; step < 2; step++)
        {
            ResponseLogProbs.Compute(model, [new([1, 2], [3, 4, 5])], 3, 1).LogProbs.sum().backward();
            using var noGrad = no_grad();
            foreach ((string name, Parameter value) in model.NamedParameters)
            {
                Assert.Equal(name.Contains("lora_", StringComparison.Ordinal), value.grad is not null);
                if (value.grad is { } gradient)
                {
                    value.add_(gradient * 0.5);
                    gradient.zero_();
                }
            }
        }

        model.SaveAdapters(_folder.File("lora"));
        model.Save(_folder.File("merged"));
        return CausalLm.Load(_folder.File("merged"));
    }

    private static (string, Tensor)[] Layers(string kind) => Layers(kind, out _);

    private static (string, Tensor)[] Layers(string kind, out (string, Tensor)[] tensors)
    {
        string part = kind is "gate_proj" or "up_proj" or "down_proj" ? "mlp" : "self_attn";
        int inputs = kind == "down_proj" ? 32 : 16,
            outputs = kind is "gate_proj" or "up_proj" ? 32 : 16;
        return tensors = [.. Enumerable.Range(0, 2).SelectMany(l => Lora($"model.layers.{l}.{part}.{kind}", 4, outputs, inputs))];
    }

    private static (string, Tensor)[] Lora(string module, int rank, int outputs = 16, int inputs = 16)
    {
        manual_seed(module.Length + module.Sum(c => c));
        return
        [
            ($"base_model.model.{module}.lora_A.weight", randn(rank, inputs)),
            ($"base_model.model.{module}.lora_B.weight", randn(outputs, rank)),
        ];
    }

    private void Write(string json, (string, Tensor)[] tensors, ModelFolder? folder = null)
    {
        string path = (folder ?? _folder).Adapter;
        Directory.CreateDirectory(path);
        JsonObject config = JsonNode.Parse(Config)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(json)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        File.WriteAllText(Path.Combine(path, "adapter_config.json"), config.ToJsonString());
        SafetensorsWriter.Write(Path.Combine(path, "adapter_model.safetensors"), tensors);
    }

    private CausalLm Loaded()
    {
        CausalLm model = CausalLm.Load(_folder.Path);
        model.LoadAdapters(_folder.Adapter);
        return model;
    }

    private float[] LogProbs()
    {
        using CausalLm model = Loaded();
        return ModelFolder.LogProbs(model);
    }

    private string Refusal()
    {
        using CausalLm model = CausalLm.Load(_folder.Path);
        return Assert.Throws<ModelFormatException>(() => model.LoadAdapters(_folder.Adapter)).Message;
    }

    // The query projections of both layers with their adapters merged.
    private Tensor[] Merged()
    {
        using CausalLm model = Loaded();
        model.Save(_folder.File("merged"));
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("merged/model.safetensors"));
        return [.. Enumerable.Range(0, 2).Select(l => file.Read($"model.layers.{l}.self_attn.q_proj.weight"))];
    }

    private void Check(Tensor merged, string module, Tensor down, Tensor up, double scale)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("model.safetensors"));
        Assert.True(merged.allclose(file.Read(module + ".weight") + up.mm(down) * scale, 1e-5, 1e-5), module);
    }
}
