using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Chat;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Runtime;
using Rlhf.Tests.Text.Tokenizers;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>A model folder says how it was asked.</summary>
public sealed class TrainedPromptTests : IDisposable
{
    private const string Good = """
        {
          "chatTemplate": "qwen3", "defaultSystem": null, "promptTemplate": "Q: {question}\n", "system": "Be brief.", "thinking": false,
          "endTokenId": 3, "stopTokenIds": [3, 1], "stopStrings": ["</answer>"],
          "temperature": 0.7, "topK": 20, "topP": 0.95, "minP": 0.05, "maxNewTokens": 24
        }
        """;

    private static readonly Problem Asked = new() { Id = "1", Question = "How many? <|im_end|>" };

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-prompt-").FullName;

    private string FilePath => Path.Combine(_folder, "prompt.json");

    public static TheoryData<string> Keys => [.. JsonNode.Parse(Good)!.AsObject().Select(p => p.Key)];

    // The problems and the most probable answers of training's own evaluation, from what lies in the checkpoint alone.
    [Theory]
    [InlineData("Prompt:Template=Q: {question}\nA:")]
    [InlineData("Prompt:Chat=qwen3", "Prompt:Thinking=false", "Prompt:System=Be brief.", "Phases:grpo:Rollout:MaxNewTokens=9")]
    [InlineData("Prompt:Chat=smollm2", "Model:Lora:Rank=2", "Phases:grpo:Rollout:TopP=0.9", "Phases:grpo:Rollout:Temperature=0.8")]
    public void Load_OfACheckpointsModel_AsksAsTrainingAsked(params string[] options)
    {
        string file = Path.Combine(_folder, "tiny.json");
        File.WriteAllText(
            file,
            MathGrpoProgram.Tiny.Replace("\"slots\": 7", "\"slots\": 7, \"stopStrings\": [\"e\"]", StringComparison.Ordinal)
        );
        string[] all =
        [
            "--config",
            file,
            "Phases:sft:Iterations=4",
            "Phases:sft:EvaluateEvery=0",
            "Evaluation:Every=0",
            "Phases:grpo:Iterations=1",
            "Model:Architecture:MaxPositions=400",
            .. options,
        ];
        TinyRun runs = new(_folder);
        runs.Run("run", all);
        string model = Path.Combine(runs.Newest("run"), "model"),
            whole = Directory.Exists(Path.Combine(runs.At("run"), "base")) ? Path.Combine(runs.At("run"), "base") : model;
        ExperimentOptions experiment = ExperimentRun.Read(ConfigurationSources.FromCommandLine(all, MathGrpoProgram.Tiny)).Options;
        using Experiment training = Experiment.Create(
            experiment,
            ComputeEnvironment.Resolve(experiment.Compute),
            ExperimentRegistry.Default,
            runs.At("run"),
            model,
            NullLogger.Instance
        );
        using CompositeRecorder nobody = new(NullLogger.Instance, [], []);
        EvaluationResult expected = training.Test(nobody, TestContext.Current.CancellationToken);

        using CausalLm policy = CausalLm.Load(whole, PolicyModel.LoadOptions(ComputeEnvironment.Resolve(experiment.Compute)));
        if (whole != model)
        {
            policy.LoadAdapters(model);
        }

        BpeTokenizer tokenizer = BpeTokenizer.Load(whole);
        TrainedPrompt prompt = TrainedPrompt.Load(model);
        PromptFormatter formatter = prompt.CreateFormatter(tokenizer);
        RolloutRequest[] requests =
        [
            .. expected.Rollouts.Select((r, i) => new RolloutRequest(formatter.Format(r.Completion.Problem).TokenIds, i)),
        ];
        Assert.Equal(expected.Rollouts.Select(r => r.Prompt.TokenIds), requests.Select(r => r.PromptTokenIds));
        IReadOnlyList<RolloutSequence> answers = new CausalLmRolloutEngine(policy, tokenizer).Generate(
            requests,
            prompt.Sampling with
            {
                Temperature = 0,
            },
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(expected.Rollouts.Select(r => r.Response.TokenIds), answers.Select(a => a.TokenIds));
        Assert.Equal(expected.Rollouts.Select(r => r.Response.FinishReason), answers.Select(a => a.FinishReason));

        RolloutOptions rollout = experiment.LongestRollout();
        Assert.Equal(
            (rollout.Temperature, rollout.TopK, rollout.TopP, rollout.MinP, rollout.MaxNewTokens),
            (prompt.Sampling.Temperature, prompt.Sampling.TopK, prompt.Sampling.TopP, prompt.Sampling.MinP, prompt.Sampling.MaxNewTokens)
        );
        Assert.Equal(["e"], prompt.Sampling.StopStrings);
        Assert.NotEmpty(prompt.Sampling.StopTokenIds);
        Assert.Equal((experiment.Prompt.System, experiment.Prompt.Thinking), (prompt.Prompt.System, prompt.Prompt.Thinking));
    }

    // A template taken from a tokenizer's files may have a system message that its name says nothing of, with special tokens in it.
    [Theory]
    [InlineData("chatml", "Use <|im_start|> never.")]
    [InlineData("chatml", null)]
    [InlineData("qwen2.5", "Be kind.<|im_end|>")]
    [InlineData("smollm2", "Another.")]
    [InlineData("llama3.1", null)]
    public void Write_ATemplateWithASystemMessageOfItsOwn_KeepsIt(string name, string? defaultSystem)
    {
        using TokenizerFolder folder = new("<|im_start|>", "<|im_end|>");
        BpeTokenizer tokenizer = folder.Load();
        PromptFormatter formatter = new(tokenizer, ChatTemplates.ByName(name, defaultSystem), new(), endToken: 1);
        formatter.Describe(new() { StopTokenIds = [1] }).Write(_folder);
        PromptFormatter again = TrainedPrompt.Load(_folder).CreateFormatter(tokenizer);
        Assert.Equal(formatter.Format(Asked).TokenIds, again.Format(Asked).TokenIds);
        string text = tokenizer.Decode([.. again.Format(Asked).TokenIds]);
        Assert.Equal(defaultSystem is not null, text.Contains(defaultSystem ?? "kind", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_WhatWasWritten_GivesTheSame()
    {
        File.WriteAllText(FilePath, Good);
        TrainedPrompt prompt = TrainedPrompt.Load(_folder);
        Assert.Equal(
            new PromptOptions
            {
                Template = "Q: {question}\n",
                System = "Be brief.",
                Chat = "qwen3",
                Thinking = false,
            },
            prompt.Prompt
        );
        Assert.Equal([3, 1], prompt.Sampling.StopTokenIds);
        Assert.Equal(["</answer>"], prompt.Sampling.StopStrings);
        Assert.Equal(
            (0.7, 20, 0.95, 0.05, 24),
            (prompt.Sampling.Temperature, prompt.Sampling.TopK, prompt.Sampling.TopP, prompt.Sampling.MinP, prompt.Sampling.MaxNewTokens)
        );
        prompt.Write(_folder);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Good), JsonNode.Parse(File.ReadAllText(FilePath))));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Load_WithoutAKey_IsRefusedByFileAndKey(string key)
    {
        JsonObject content = JsonNode.Parse(Good)!.AsObject();
        content.Remove(key);
        Refused(content.ToJsonString(), key);
    }

    [Theory]
    [InlineData("more", "1", "'more' is no key here")]
    [InlineData("chatTemplate", "\"auto\"", "chatTemplate is 'auto'; it must be one of")]
    [InlineData("chatTemplate", "\"qwen\"", "chatTemplate is 'qwen'")]
    [InlineData("chatTemplate", "null", "chatTemplate")]
    [InlineData("chatTemplate", "\"none\"", "system")]
    [InlineData("chatTemplate", "\"chatml\"", "thinking")]
    [InlineData("defaultSystem", "\"x\"", "'qwen3' has no system message")]
    [InlineData("promptTemplate", "\"Q\"", "promptTemplate is Q: must contain {question}")]
    [InlineData("system", "3", "system")]
    [InlineData("temperature", "-1", "temperature is -1; it must be 0 (greedy) or greater")]
    [InlineData("topP", "0", "topP is 0; it must be")]
    [InlineData("minP", "2", "minP is 2; it must be")]
    [InlineData("topK", "1.5", "topK")]
    [InlineData("maxNewTokens", "0", "maxNewTokens is 0; it must be at least 1")]
    [InlineData("stopTokenIds", "[-1]", "stopTokenIds is -1; it must be")]
    [InlineData("stopTokenIds", "null", "stopTokenIds")]
    [InlineData("endTokenId", "-2", "endTokenId is -2")]
    [InlineData("stopStrings", "[\"\"]", "stopStrings")]
    [InlineData("stopStrings", "[null]", "stopStrings")]
    public void Load_WhatCannotBe_IsRefusedByFileAndKey(string key, string value, string says)
    {
        JsonObject content = JsonNode.Parse(Good)!.AsObject();
        content[key] = JsonNode.Parse(value);
        Refused(content.ToJsonString(), says);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"system\":")]
    public void Load_WhatIsNoObject_IsRefused(string text) => Refused(text, "");

    [Fact]
    public void Load_OfAnotherFolder_SaysWhichToName()
    {
        string message = Assert.Throws<InvalidDataException>(() => TrainedPrompt.Load(_folder)).Message;
        Assert.StartsWith(FilePath + " is missing", message, StringComparison.Ordinal);
        Assert.Contains("'model' of a checkpoint", message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Refused(string text, string says)
    {
        File.WriteAllText(FilePath, text);
        string message = Assert.Throws<InvalidDataException>(() => TrainedPrompt.Load(_folder)).Message;
        Assert.StartsWith(FilePath + ":", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rlhf.", message, StringComparison.Ordinal);
    }
}
