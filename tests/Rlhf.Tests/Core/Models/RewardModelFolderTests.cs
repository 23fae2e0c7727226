using System.Text.Json.Nodes;
using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

/// <summary>Reward models as transformers, OpenRLHF, TRL, Skywork and Qwen save them.</summary>
public sealed class RewardModelFolderTests : IDisposable
{
    private static readonly int[] Row = [1, 5, 9, 4];

    private readonly ModelFolder _folder = new(ModelFolder.Llama);
    private readonly Tensor _hidden;

    public RewardModelFolderTests()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Load(_folder.Path);
        using var noGrad = no_grad();
        _hidden = model.Trunk(tensor(Row.Select(t => (long)t).ToArray()), new RaggedLayout([Row.Length], CPU)).DetachFromDisposeScope();
        manual_seed(3);
    }

    public void Dispose()
    {
        _hidden.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("score", false, """{"architectures":["LlamaForSequenceClassification"],"num_labels":1}""")]
    [InlineData("score", false, """{"architectures":["LlamaForSequenceClassification"]}""")]
    [InlineData("score", true, """{"architectures":["LlamaForSequenceClassification"],"id2label":{"0":"LABEL_0"}}""")]
    [InlineData("score", true, """{"architectures":["LlamaForTokenClassification"],"num_labels":1}""")]
    [InlineData("value_head", false, """{"architectures":["RewardModel"],"normalize_reward":false,"mean":3.0,"std":2.0}""")]
    [InlineData("my_head", false, """{"architectures":["RewardModel"],"value_head_prefix":"my_head"}""")]
    [InlineData("v_head.summary", true, """{"architectures":["LlamaForCausalLM"]}""")]
    [InlineData("v_head.summary", true, """{"architectures":["Qwen2ForPrmModel"],"auto_map":{"AutoModel":"modeling.Qwen2ForPrmModel"}}""")]
    public void OneOutput_IsTheScore(string name, bool bias, string json)
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(1, 16),
            shift = randn(1);
        Write(json, [(name + ".weight", weight), .. bias ? [(name + ".bias", shift)] : Array.Empty<(string, Tensor)>()]);
        double expected = Linear(3, weight, bias ? shift : null)[0].item<float>();
        Assert.Equal(expected, Score(), 1e-5);
    }

    [Theory]
    [InlineData("""{"architectures":["LlamaForTokenClassification"]}""", 1)]
    [InlineData("""{"architectures":["LlamaForTokenClassification"],"id2label":{"0":"LABEL_0","1":"LABEL_1"}}""", 1)]
    [InlineData("""{"architectures":["LlamaForTokenClassification"],"id2label":{"0":"correct","1":"incorrect"}}""", 0)]
    public void TwoLabels_ScoreAsTheLogitOfTheProbability(string json, int right)
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(2, 16),
            shift = randn(2);
        Write(json, [("score.weight", weight), ("score.bias", shift)]);
        Tensor outputs = Linear(3, weight, shift);
        Assert.Equal(nn.functional.softmax(outputs, 0)[right].item<float>(), 1 / (1 + Math.Exp(-Score())), 1e-5);
    }

    [Fact]
    public void QwensTwoLayers_AreAppliedWithAReluBetween()
    {
        using var scope = NewDisposeScope();
        Tensor w0 = randn(16, 16),
            b0 = randn(16),
            w2 = randn(2, 16),
            b2 = randn(2);
        using ModelFolder qwen = new(SmallModel.Qwen3 with { ModelType = "qwen2", QueryKeyNorm = false, AttentionBias = true });
        qwen.Config(
            """{"architectures":["Qwen2ForProcessRewardModel"],"auto_map":{"AutoModel":"modeling_qwen2_rm.Qwen2ForProcessRewardModel"},"num_labels":2}"""
        );
        using CausalLm trunk = CausalLm.Create(
            SmallModel.Qwen3 with
            {
                ModelType = "qwen2",
                QueryKeyNorm = false,
                AttentionBias = true,
            },
            1
        );
        Tensor hidden = trunk.Trunk(tensor(Row.Select(t => (long)t).ToArray()), new RaggedLayout([Row.Length], CPU))[3];
        qwen.Tensors(all =>
            [
                .. all.Select(t => (t.Name, t.Value)),
                ("score.0.weight", w0),
                ("score.0.bias", b0),
                ("score.2.weight", w2),
                ("score.2.bias", b2),
            ]
        );
        using RewardModel model = RewardModel.Load(qwen.Path);
        Tensor outputs = w2.mv((w0.mv(hidden) + b0).relu()) + b2;
        Assert.Equal((outputs[1] - outputs[0]).item<float>(), model.Score([Row]).item<float>(), 1e-4);
    }

    [Fact]
    public void OpenRlhfsNormalisation_IsApplied()
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(1, 16);
        Write("""{"architectures":["RewardModel"],"normalize_reward":true,"mean":3.0,"std":2.0}""", [("value_head.weight", weight)]);
        Assert.Equal((Linear(3, weight, null)[0].item<float>() - 3) / 2, Score(), 1e-5);
    }

    [Fact]
    public void AScore_IsReadAtTheLastTokenThatIsNotPadding()
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(1, 16);
        Write("""{"architectures":["LlamaForSequenceClassification"],"num_labels":1,"pad_token_id":4}""", [("score.weight", weight)]);
        using RewardModel model = RewardModel.Load(_folder.Path);
        Assert.Equal(Linear(2, weight, null)[0].item<float>(), model.Score([Row]).item<float>(), 1e-5);
        Assert.Equal(
            Linear(3, weight, null)[0].item<float>(),
            model
                .ScoreAt(
                    [Row],
                    [
                        [3],
                    ]
                )
                .item<float>(),
            1e-5
        );
        Assert.Equal(
            model
                .ScoreAt(
                    [
                        [4, 4],
                    ],
                    [
                        [0],
                    ]
                )
                .item<float>(),
            model
                .Score([
                    [4, 4],
                ])
                .item<float>()
        );
    }

    [Theory]
    [InlineData("""{"architectures":["LlamaForSequenceClassification"]}""", "score.weight", 2, "2 labels")]
    [InlineData("""{"architectures":["LlamaForTokenClassification"]}""", "score.weight", 3, "3 labels")]
    [InlineData("""{"architectures":["LlamaForSequenceClassification"],"num_labels":3}""", "score.weight", 1, "names 3 labels")]
    [InlineData("""{"architectures":["LlamaForSequenceClassification"],"num_labels":1}""", "other.weight", 1, "score.weight")]
    [InlineData("""{"architectures":["RewardModel"],"value_head_prefix":"mine"}""", "score.weight", 1, "mine.weight")]
    public void AHead_OfAnotherForm_IsRefused(string json, string name, int labels, string mention)
    {
        using var scope = NewDisposeScope();
        Write(json, [(name, randn(labels, 16))]);
        Assert.Contains(
            mention,
            Assert.Throws<ModelFormatException>(() => RewardModel.Load(_folder.Path).Dispose()).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void TwoHeads_AreRefused_UnlessOneIsNamed()
    {
        using var scope = NewDisposeScope();
        Tensor weight = randn(1, 16);
        const string json = """{"architectures":["RewardModel"]}""";
        Write(json, [("score.weight", weight), ("value_head.weight", randn(1, 16))]);
        string message = Assert.Throws<ModelFormatException>(() => RewardModel.Load(_folder.Path).Dispose()).Message;
        Assert.Contains("score, value_head", message, StringComparison.Ordinal);
    }

    private double Score()
    {
        using RewardModel model = RewardModel.Load(_folder.Path);
        return model.Score([Row]).item<float>();
    }

    private Tensor Linear(int token, Tensor weight, Tensor? bias)
    {
        Tensor outputs = weight.mv(_hidden[token]);
        return bias is null ? outputs : outputs + bias;
    }

    private void Write(string json, (string, Tensor)[] head)
    {
        _folder.Config(json);
        bool keepsHead = head.Any(h => h.Item1.StartsWith("v_head", StringComparison.Ordinal));
        _folder.Tensors(all => [.. all.Where(t => keepsHead || t.Name != "lm_head.weight").Select(t => (t.Name, t.Value)), .. head]);
    }
}
