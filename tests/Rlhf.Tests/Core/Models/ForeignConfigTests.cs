using System.Text;
using System.Text.Json.Nodes;
using Rlhf.Models;

namespace Rlhf.Tests.Core.Models;

/// <summary>Configurations that other libraries write: what is used, what is known to be harmless, and what is refused by key and value.</summary>
public sealed class ForeignConfigTests : IDisposable
{
    private const string Llama3 =
        """{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":16}""";

    private readonly ModelFolder _folder = new(ModelFolder.Llama);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"logit_scale":0.5}""", "logit_scale", "0.5")]
    [InlineData("""{"use_bidirectional_attention":true}""", "use_bidirectional_attention", "true")]
    [InlineData("""{"is_causal":false}""", "is_causal", "false")]
    [InlineData("""{"rope_interleaved":true}""", "rope_interleaved", "true")]
    [InlineData("""{"no_rope_layers":[1,0]}""", "no_rope_layers", "[1,0]")]
    [InlineData("""{"quantization":{"bits":4}}""", "quantization", "bits")]
    [InlineData("""{"quantization_config":{"quant_method":"gptq"}}""", "quantization_config", "gptq")]
    [InlineData("""{"auto_map":{"AutoModelForCausalLM":"modeling_x.X"}}""", "auto_map", "modeling_x.X")]
    [InlineData("""{"architectures":["LlamaBidirectionalModel"]}""", "architectures", "LlamaBidirectionalModel")]
    [InlineData("""{"sliding_window":8}""", "sliding_window", "8")]
    [InlineData("""{"layer_types":["full_attention","sliding_attention"]}""", "layer_types", "sliding_attention")]
    [InlineData("""{"layer_types":["full_attention"]}""", "layer_types", "2")]
    [InlineData("""{"rope_scaling":{"factor":8}}""", "rope_scaling.factor", "8")]
    [InlineData("""{"rope_scaling":{"rope_type":"default","factor":8}}""", "rope_scaling.factor", "8")]
    [InlineData("""{"rope_scaling":{"type":"mrope","rope_type":"default"}}""", "rope_scaling.type", "mrope")]
    [InlineData("""{"rope_scaling":{"type":"linear","factor":2}}""", "rope_scaling.type", "linear")]
    [InlineData(
        """{"rope_parameters":{"rope_theta":1e4,"rope_type":"default","mrope_section":[1,2]}}""",
        "rope_parameters.mrope_section",
        "[1,2]"
    )]
    [InlineData("""{"rope_parameters":{"rope_theta":1e4,"partial_rotary_factor":0.5}}""", "rope_parameters.partial_rotary_factor", "0.5")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor", "0.5")]
    [InlineData("""{"rope_parameters":{"rope_theta":5e5},"rope_theta":1e4}""", "rope_theta", "500000")]
    [InlineData("""{"rope_parameters":{"sliding_attention":{"rope_theta":1e4}}}""", "rope_parameters.full_attention", "missing")]
    [InlineData("""{"rope_parameters":{"full_attention":{"rope_theta":1e4,"factor":2}}}""", "rope_parameters.full_attention.factor", "2")]
    [InlineData("""{"rms_norm_eps":-1}""", "rms_norm_eps", "-1")]
    [InlineData("""{"num_hidden_layers":3}""", "num_hidden_layers", "model.layers.2.")]
    public void AKey_ThatChangesTheModel_IsRefusedWithItsValue(string json, string key, string value)
    {
        string message = _folder.Config(json).Refusal();
        Assert.Contains(key, message, StringComparison.Ordinal);
        Assert.Contains(value, message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndTokenOfConfigJson_OutsideTheVocabulary_IsRefused_WhateverTheOtherFileSays()
    {
        string message = _folder.Config("""{"eos_token_id":30}""").Refusal();
        Assert.Contains("/config.json: eos_token_id is 30", message, StringComparison.Ordinal);
        _folder.Config("""{"eos_token_id":2}""").Json("generation_config.json", g => g["eos_token_id"] = new JsonArray(2, 31));
        Assert.Contains("generation_config.json: eos_token_id is 31", _folder.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"my_key":null,"my_flag":false,"use_mrope":false,"rope_interleaved":false,"tie_encoder_decoder":false}""")]
    [InlineData("""{"_name_or_path":"x","transformers_version":"4.40.1","torch_dtype":"bfloat16","dtype":"float32","use_cache":true}""")]
    [InlineData("""{"temperature":0.6,"top_p":0.9,"do_sample":true,"max_length":4096,"repetition_penalty":1.05}""")]
    [InlineData("""{"pretraining_tp":1,"initializer_range":0.04,"attention_dropout":0.1,"is_llama_config":true,"unsloth_fixed":true}""")]
    [InlineData("""{"pad_token_id":-1,"pruned_heads":{},"transformers.js_config":{"dtype":"q4"},"_attn_implementation_autoset":true}""")]
    [InlineData(
        """{"sliding_window":8,"use_sliding_window":false,"max_window_layers":1,"layer_types":["full_attention","full_attention"]}"""
    )]
    [InlineData("""{"id2label":{"0":"LABEL_0","1":"LABEL_1"},"label2id":{"LABEL_0":0,"LABEL_1":1},"problem_type":"regression"}""")]
    [InlineData("""{"rope_scaling":{},"rope_parameters":{"rope_theta":1e4,"rope_type":"default"}}""")]
    [InlineData("""{"architectures":["FSDPLlamaForCausalLM"]}""")]
    public void AKey_ThatChangesNothing_IsPassedOver(string json)
    {
        float[] before = _folder.LogProbs();
        Assert.Equal(before, _folder.Config(json).LogProbs());
    }

    [Fact]
    public void Qwen_WhoseWindowBeginsAfterTheLastLayer_IsLoaded_AndOneThatSlidesIsRefused()
    {
        using ModelFolder qwen = new(SmallModel.Qwen3);
        float[] before = qwen.LogProbs();
        qwen.Config("""{"use_sliding_window":true,"sliding_window":8,"max_window_layers":2}""");
        Assert.Equal(before, qwen.LogProbs());
        Assert.Contains("sliding_window is 8", qwen.Config("""{"max_window_layers":1}""").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownKey_IsAdmittedByItsName_AndNoOther()
    {
        float[] before = _folder.LogProbs();
        _folder.Config("""{"my_key":3,"rope_scaling":{"rope_type":"default","mine":[1]}}""");
        Assert.Equal(before, _folder.LogProbs(new() { IgnoreKeys = ["my_key", "rope_scaling.mine"] }));
        string message = Assert
            .Throws<ModelFormatException>(() => CausalLm.Load(_folder.Path, new() { IgnoreKeys = ["my_key"] }).Dispose())
            .Message;
        Assert.Contains("rope_scaling.mine", message, StringComparison.Ordinal);
        Assert.Contains("ignoreKeys", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_theta":5e5,"rope_scaling":SCALING}""")]
    [InlineData("""{"rope_theta":null,"rope_parameters":{"rope_theta":5e5},"rope_scaling":SCALING}""")]
    [InlineData("""{"rope_theta":5e5,"rope_parameters":{"rope_theta":5e5,"rope_type":"default"},"rope_scaling":SCALING}""")]
    [InlineData("""{"rope_theta":5e5,"rope_parameters":SCALING}""")]
    [InlineData("""{"rope_theta":null,"rope_parameters":{"full_attention":WITH_THETA,"sliding_attention":{"rope_theta":1e4}}}""")]
    [InlineData("""{"rope_theta":5e5,"rope_parameters":{"full_attention":SCALING}}""")]
    public void RotaryKeys_OldNewNestedOrBeside_SayTheSame(string json)
    {
        _folder.Config(
            json.Replace("SCALING", Llama3, StringComparison.Ordinal)
                .Replace("WITH_THETA", Llama3[..^1] + ",\"rope_theta\":5e5}", StringComparison.Ordinal)
        );
        CausalLmConfig config = CausalLmConfig.Load(_folder.Path);
        Assert.Equal(500_000, config.RopeTheta);
        Assert.Equal(new RopeScaling(8, 1, 4, 16), config.RopeScaling);
    }

    [Fact]
    public void TwoScalings_ThatDiffer_AreRefused()
    {
        string other = Llama3.Replace("8.0", "4.0", StringComparison.Ordinal);
        string message = _folder.Config($$"""{"rope_parameters":{{Llama3}},"rope_scaling":{{other}}}""").Refusal();
        Assert.Contains("rope_scaling", message, StringComparison.Ordinal);
        Assert.Contains("rope_parameters", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AByteOrderMark_IsPassedOver_AndHalfASurrogateNamedWithItsFile()
    {
        float[] before = _folder.LogProbs();
        string path = _folder.File("config.json");
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(before, _folder.LogProbs());
        File.WriteAllText(path, text.Replace("\"llama\"", "\"\\ud800\"", StringComparison.Ordinal));
        string message = _folder.Refusal();
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("model_type", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClaimsOfSize_CostNothingBeforeTheFilesAreLookedAt()
    {
        long before = PeakMemory();
        string message = _folder.Config("""{"num_hidden_layers":50000000}""").Refusal();
        Assert.Contains("num_hidden_layers", message, StringComparison.Ordinal);
        Assert.Contains("50000000", message, StringComparison.Ordinal);
        _folder.Config("""{"num_hidden_layers":2,"max_position_embeddings":200000000}""").LogProbs();
        Assert.Contains("embed_tokens", _folder.Config("""{"vocab_size":2147483647}""").Refusal(), StringComparison.Ordinal);
        Assert.True(PeakMemory() - before < 1L << 30, $"{PeakMemory() - before} bytes more");
    }

    private static long PeakMemory()
    {
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
            : null;
        return line is null
            ? 0
            : long.Parse(line.Split(" ", StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture)
                * 1024;
    }
}
