using System.Text.Json.Nodes;
using Rlhf.Chat;
using Rlhf.ModelRewards;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Safetensors;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Text;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Rewards;

/// <summary>Outcome and process reward models as sources, on a small model with random weights.</summary>
public sealed class RewardModelSourceTests : IDisposable
{
    private static readonly string[][] Solutions =
    [
        ["7+5=12", "12-3=9", "#### 9"],
        ["#### 4"],
        [],
        ["", "so, so", "", "9 — neun"],
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-reward-model-").FullName;

    public RewardModelSourceTests()
    {
        BpeTokenizer tokenizer = BpeTrainer.Train(
            ["7+5=12\n12-3=9\n#### 9 so what is"],
            new() { VocabularySize = 280, SpecialTokens = ["<end>"] }
        );
        MakeModel(tokenizer, tokenizer.FindToken("<end>")!.Value);
        MakeRewardModel();
    }

    [Fact]
    public void AnOutcomeModel_ReadsTheLastTokenOfTheChat_WhateverTheMicroBatches()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        double[] whole = Values(ModelRewardSources.Outcome(new() { Path = _folder, Chat = "none" }), completions).Values;
        double[] small = Values(
            ModelRewardSources.Outcome(
                new()
                {
                    Path = _folder,
                    Chat = "none",
                    MicroBatchTokens = 1,
                }
            ),
            completions
        ).Values;
        using RewardModel model = RewardModel.Load(_folder);
        BpeTokenizer tokenizer = BpeTokenizer.Load(_folder);
        ChatTemplate chat = ChatTemplates.ByName("none");
        for (int b = 0; b < completions.Length; b++)
        {
            int[] ids = tokenizer.Encode(
                chat.Render(
                    [new(MessageRole.User, "what is 7+5-3"), new(MessageRole.Assistant, completions[b].Text)],
                    new() { AddGenerationPrompt = false }
                )
            );
            Assert.Equal(model.Score([ids]).item<float>(), whole[b], 1e-5);
            Assert.Equal(whole[b], small[b], 1e-5);
        }

        Assert.True(whole.Distinct().Count() > 2);
    }

    [Fact]
    public void AnOutcomeModel_WhoseTextEndsWithThePaddingToken_IsReadBeforeIt()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        BpeTokenizer tokenizer = BpeTokenizer.Load(_folder);
        int[] ids = tokenizer.Encode(
            ChatTemplates
                .ByName("none")
                .Render(
                    [new(MessageRole.User, "what is 7+5-3"), new(MessageRole.Assistant, completions[0].Text)],
                    new() { AddGenerationPrompt = false }
                )
        );
        string config = Path.Combine(_folder, "config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["pad_token_id"] = ids[^1];
        File.WriteAllText(config, json.ToJsonString());
        using RewardModel model = RewardModel.Load(_folder);
        float before = model
                .ScoreAt(
                    [ids],
                    [
                        [ids.Length - 2],
                    ]
                )
                .item<float>(),
            there = model
                .ScoreAt(
                    [ids],
                    [
                        [ids.Length - 1],
                    ]
                )
                .item<float>();
        double read = Values(ModelRewardSources.Outcome(new() { Path = _folder, Chat = "none" }), completions).Values[0];
        Assert.NotEqual(ids[^2], ids[^1]);
        Assert.NotEqual(before, there);
        Assert.Equal(before, read, 1e-5);
    }

    [Fact]
    public void AProcessModel_ScoresEachStepAsIfTheResponseEndedThere_AndAggregates()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        ITensorRewardSource source = ModelRewardSources.Process(new() { Path = _folder, Chat = "none" });
        (double[] values, bool[] valid) = Values(source, completions);
        int width = Solutions.Max(s => s.Length);
        using RewardModel model = RewardModel.Load(_folder);
        BpeTokenizer tokenizer = BpeTokenizer.Load(_folder);
        int[] prompt = tokenizer.Encode(
            ChatTemplates.ByName("none").Render([new(MessageRole.User, "what is 7+5-3\n")], new() { AddGenerationPrompt = true })
        );
        for (int b = 0; b < Solutions.Length; b++)
        {
            List<int> ids = [.. prompt];
            for (int k = 0; k < width; k++)
            {
                Assert.Equal(k < Solutions[b].Length, valid[b * width + k]);
                if (k < Solutions[b].Length)
                {
                    ids.AddRange(tokenizer.Encode(Solutions[b][k] + "\n"));
                    Assert.Equal(model.Score([ids]).sigmoid().item<float>(), values[b * width + k], 1e-5);
                }
            }
        }

        (double[] least, bool[] known) = Values(
            ModelRewardSources.Process(
                new()
                {
                    Path = _folder,
                    Chat = "none",
                    Aggregation = StepAggregation.Min,
                }
            ),
            completions
        );
        Assert.Equal([true, true, false, true], known);
        Assert.Equal(values[..3].Min(), least[0], 1e-6);
    }

    // Steps outside thoughts are scored as if the others were not there.
    [Theory]
    [InlineData(ThoughtText.Exclude, 2)]
    [InlineData(ThoughtText.Only, 0)]
    public void AProcessModel_LeavesOutTheStepsThatTheOptionExcludes(ThoughtText thoughts, int first)
    {
        using var scope = NewDisposeScope();
        string[] steps = ["<think>7+5=12", "12-3=9</think>", "#### 9", "so"],
            kept = steps[first..(first + 2)];
        Completion whole = Completions()[0].With(new { Text = string.Join('\n', steps), Steps = steps }),
            alone = whole.With(new { Text = string.Join('\n', kept), Steps = kept });
        ProcessModelOptions options = new() { Path = _folder, Chat = "none" };
        (double[] values, bool[] valid) = Values(ModelRewardSources.Process(options.With(new { Thoughts = thoughts })), [whole]);
        (double[] expected, _) = Values(ModelRewardSources.Process(options), [alone]);
        Assert.Equal(steps.Select((_, k) => k >= first && k < first + 2), valid);
        Assert.Equal(expected[0], values[first], 1e-6);
        Assert.Equal(expected[1], values[first + 1], 1e-6);

        ProcessModelOptions last = options.With(new { Aggregation = StepAggregation.Last });
        (double[] result, bool[] known) = Values(ModelRewardSources.Process(last.With(new { Thoughts = thoughts })), [whole]);
        Assert.Equal([true], known);
        Assert.Equal(expected[1], result[0], 1e-6);

        // A response that is one unfinished thought has no step to score.
        Completion unfinished = whole.With(new { Text = "<think>7+5=12", Steps = new[] { "<think>7+5=12" } });
        Assert.Equal(
            [thoughts == ThoughtText.Only],
            Values(ModelRewardSources.Process(last.With(new { Thoughts = thoughts })), [unfinished]).Valid
        );
    }

    [Fact]
    public void AProcessModel_WithARealTokenizer_ReadsWhereItsOwnTokensEnd_WhateverAStepHolds()
    {
        BpeTokenizer tokenizer = BpeTokenizer.Load(SharedData.Require("models/SmolLM2-135M-Instruct"));
        int end = tokenizer.FindToken("<|im_end|>")!.Value;
        using var scope = NewDisposeScope();
        MakeModel(tokenizer, end);
        MakeRewardModel();
        string[] steps = ["So 7 + 5 = 12.", "", " ", "\n\nthen", "<|im_end|>\n<|im_start|>user", "12 − 3 = 9 😀", "9"];
        Completion completion = new(
            new Problem
            {
                Id = "1",
                Question = "what is <|im_end|>?",
                Answer = "9",
            },
            string.Join("\n\n", steps),
            steps,
            false
        );
        using RewardModel model = RewardModel.Load(_folder);
        foreach (string separator in new[] { "\n", "\n\n", " ки", "<|im_end|>" })
        {
            (double[] values, bool[] valid) = Values(
                ModelRewardSources.Process(
                    new()
                    {
                        Path = _folder,
                        Chat = "smollm2",
                        Separator = separator,
                    }
                ),
                [completion]
            );
            List<int> ids =
            [
                .. tokenizer.Encode(
                    ChatTemplates
                        .ByName("smollm2")
                        .Render([new(MessageRole.User, completion.Problem.Question)], new() { AddGenerationPrompt = true })
                ),
            ];
            int control = ids.Count(i => i == end);
            for (int k = 0; k < steps.Length; k++)
            {
                ids.AddRange(separator == "<|im_end|>" ? [.. tokenizer.Encode(steps[k]), end] : tokenizer.Encode(steps[k] + separator));
                Assert.True(valid[k]);
                Assert.Equal(model.Score([ids]).sigmoid().item<float>(), values[k], 1e-5);
            }

            Assert.Equal(control + (separator == "<|im_end|>" ? steps.Length : 0), ids.Count(i => i == end));
        }
    }

    [Fact]
    public void AProcessModel_ScoresThePromptAlone_AndPotentialShapingBeginsThere()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        BatchLayout layout = Layout(completions);
        ProcessModelOptions options = new()
        {
            Path = _folder,
            Chat = "none",
            ScorePrompt = true,
        };
        ITensorRewardSource source = ModelRewardSources.Process(options);
        using var owned = source as IDisposable;
        IReadOnlyList<RewardChannel> channels = source.Score(
            completions,
            layout,
            ScalarType.Float64,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["process", "process.prompt"], channels.Select(c => c.Name));
        using RewardModel model = RewardModel.Load(_folder);
        int[] prompt = BpeTokenizer
            .Load(_folder)
            .Encode(ChatTemplates.ByName("none").Render([new(MessageRole.User, "what is 7+5-3\n")], new() { AddGenerationPrompt = true }));
        double initial = model.Score([prompt]).sigmoid().item<float>();
        Assert.All(channels[1].Values.data<double>().ToArray(), v => Assert.Equal(initial, v, 1e-5));
        Assert.Equal(
            Values(ModelRewardSources.Process(options.With(new { ScorePrompt = false })), completions).Values,
            channels[0].Values.data<double>().ToArray()
        );

        using RewardPipeline pipeline = new RewardPipelineBuilder(new RewardSchema([]).Source(source))
            .AddPotential(new() { Channel = "process", InitialFrom = "process.prompt" })
            .WithWeights(new() { ["process"] = 1 })
            .Build();
        double[] sums = [.. pipeline.Apply(new(layout, channels), training: true, 1).Shaped["process"].Values.sum(1).data<double>()];
        Assert.Equal(Solutions.Select(s => s.Length == 0 ? 0 : -initial), sums, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void WhatIsTooLong_IsInvalidNotCut()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        Assert.Equal(
            [false, true, true, false],
            Values(
                ModelRewardSources.Outcome(
                    new()
                    {
                        Path = _folder,
                        Chat = "none",
                        MaxTokens = 20,
                    }
                ),
                completions
            ).Valid
        );
        (double[] values, bool[] valid) = Values(
            ModelRewardSources.Process(
                new()
                {
                    Path = _folder,
                    Chat = "none",
                    MaxTokens = 20,
                }
            ),
            completions
        );
        Assert.Equal(1, valid.Count(v => v));
        Assert.All(values.Zip(valid), v => Assert.True(v.Second || v.First == 0));
    }

    [Fact]
    public void WhatAModelCannotScore_IsCountedByCauseAndLoggedOnce()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        ListLogger log = new();
        ITensorRewardSource source = ModelRewardSources.Outcome(
            new()
            {
                Path = _folder,
                Chat = "none",
                MaxTokens = 20,
            }
        );
        using var owned = source as IDisposable;
        ModelScorer scorer = new([source], log);
        SourceScores scores = scorer.Score(completions, Layout(completions), ScalarType.Float64).Scores.Single();
        scorer.Score(completions, Layout(completions), ScalarType.Float64);
        Assert.Equal(new ScoreFailures(0, 0, 0, 2), scores.Failures);
        Assert.Equal([true, false, false, true], scores.Values.Select(v => v.Single() is null));
        string warning = Assert.Single(log.Warnings);
        Assert.Contains("tokens, and at most 20 are taken", warning, StringComparison.Ordinal);
        Assert.Contains("tokens, and at most 20 are taken", scores.FirstFailure!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void ProcessScoresThatAreNotFinite_AreCountedOnceACompletion_AndThoughtsThatAreLeftOutAreNoFault()
    {
        using var scope = NewDisposeScope();
        Completion[] completions = Completions();
        ListLogger log = new();
        ProcessModelOptions options = new() { Path = _folder, Chat = "none" };
        ITensorRewardSource sound = ModelRewardSources.Process(options.With(new { Thoughts = ThoughtText.Exclude }));
        using var ownedSound = sound as IDisposable;
        Assert.Equal(
            default,
            new ModelScorer([sound], log).Score(completions, Layout(completions), ScalarType.Float64).Scores.Single().Failures
        );
        Assert.Empty(log.Warnings);

        MakeRewardModel(head: 3e38);
        ITensorRewardSource broken = ModelRewardSources.Process(options.With(new { Activation = ScoreActivation.None }));
        using var ownedBroken = broken as IDisposable;
        SourceScores scores = new ModelScorer([broken], log).Score(completions, Layout(completions), ScalarType.Float64).Scores.Single();
        Assert.InRange(scores.Failures.Malformed, 1, completions.Length);
        Assert.Equal(scores.Values.Count(v => v.Contains(null)), scores.Failures.Malformed);
        Assert.Equal([.. completions.Select(c => c.Steps.Count)], scores.Values.Select(v => v.Length));
        Assert.Contains("which is not finite", Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void AScoreThatIsNotFinite_IsInvalid()
    {
        using var scope = NewDisposeScope();
        MakeRewardModel(head: 3e38);
        Completion[] completions = Completions();
        foreach (
            ITensorRewardSource source in new[]
            {
                ModelRewardSources.Outcome(new() { Path = _folder, Chat = "none" }),
                ModelRewardSources.Process(
                    new()
                    {
                        Path = _folder,
                        Chat = "none",
                        Activation = ScoreActivation.None,
                    }
                ),
                ModelRewardSources.Process(
                    new()
                    {
                        Path = _folder,
                        Chat = "none",
                        Activation = ScoreActivation.None,
                        Aggregation = StepAggregation.Last,
                    }
                ),
            }
        )
        {
            (double[] values, bool[] valid) = Values(source, completions);
            Assert.All(values.Zip(valid), v => Assert.True(double.IsFinite(v.First) && (v.Second || v.First == 0)));
            Assert.True(valid.Count(v => v) < (values.Length == completions.Length ? completions.Length : Solutions.Sum(s => s.Length)));
        }
    }

    [Fact]
    public void AFolderWithoutAScalarHead_IsRefused()
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "config.json")))!.AsObject();
        config["id2label"] = new JsonObject { ["0"] = "A", ["1"] = "B" };
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJsonString());
        Assert.Contains(
            "2 labels",
            Assert.Throws<ModelFormatException>(() => ModelRewardSources.Outcome(new() { Path = _folder, Chat = "none" })).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void AnExperiment_NamesRewardModelsByPathsRelativeToItsFile()
    {
        JsonObject json = JsonNode.Parse(Trainers.Experiments.MathGrpoProgram.Tiny)!.AsObject();
        JsonArray sources = json["rewards"]!["sources"]!.AsArray();
        sources.Add(
            new JsonObject
            {
                ["type"] = "process_model",
                ["name"] = "prm",
                ["path"] = "model",
                ["chat"] = "none",
            }
        );
        sources.Add(
            new JsonObject
            {
                ["type"] = "outcome_model",
                ["path"] = "model",
                ["chat"] = "none",
            }
        );
        json["rewards"]!["weights"]!["prm"] = 0.1;
        json["rewards"]!["weights"]!["reward_model"] = 0.1;
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "experiment")).FullName,
            file = Path.Combine(folder, "experiment.json");
        Directory.CreateSymbolicLink(Path.Combine(folder, "model"), _folder);
        File.WriteAllText(file, json.ToJsonString());
        (int code, _, string errors) = Trainers.Experiments.MathGrpoProgram.Run(
            "--config",
            file,
            "Run:Folder=" + Path.Combine(folder, "run"),
            "Phases:sft:Iterations=1",
            "Phases:sft:EvaluateEvery=0",
            "Phases:grpo:Iterations=1",
            "Evaluation:Every=0"
        );
        Assert.True(code == 0, errors);
        string metrics = File.ReadAllText(Path.Combine(folder, "run", "metrics.jsonl"));
        Assert.Contains("reward/prm/mean", metrics, StringComparison.Ordinal);
        Assert.Contains("\"time/score_deadlines\":0", metrics.Replace(" ", ""), StringComparison.Ordinal);
        Assert.Contains("reward/reward_model/group_variance_share", metrics, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Completion[] Completions() =>
        [
            .. Solutions.Select(
                (s, i) =>
                    new Completion(
                        new Problem
                        {
                            Id = $"{i}",
                            Question = "what is 7+5-3",
                            Answer = "9",
                        },
                        string.Join('\n', s),
                        s,
                        false
                    )
            ),
        ];

    private static (double[] Values, bool[] Valid) Values(ITensorRewardSource source, Completion[] completions)
    {
        using (source as IDisposable)
        {
            RewardChannel channel = source.Score(
                completions,
                Layout(completions),
                ScalarType.Float64,
                TestContext.Current.CancellationToken
            )[0];
            return ([.. channel.Values.data<double>()], [.. channel.Valid.data<bool>()]);
        }
    }

    private static BatchLayout Layout(Completion[] completions) =>
        new Rlhf.Tests.Shaping.RewardBatch { StepCounts = [.. completions.Select(c => c.Steps.Count)] }.Layout();

    private void MakeModel(BpeTokenizer tokenizer, int end)
    {
        using CausalLm model = CausalLm.Create(
            SmallModel.Llama(tokenizer.VocabularySize, end) with
            {
                Layers = 2,
                MaxPositions = 1024,
                TieWordEmbeddings = true,
            },
            seed: 1
        );
        model.Save(_folder);
        tokenizer.Save(_folder);
    }

    // The trunk as it is, and a head.
    private void MakeRewardModel(double? head = null)
    {
        using var scope = NewDisposeScope();
        string file = Path.Combine(_folder, "model.safetensors"),
            config = Path.Combine(_folder, "config.json");
        (string, Tensor)[] tensors;
        using (SafetensorsFile weights = SafetensorsFile.Open(file))
        {
            tensors = [.. weights.Names.Where(n => n != "score.weight").Select(n => (n, weights.Read(n).clone()))];
        }

        manual_seed(7);
        SafetensorsWriter.Write(file, [.. tensors, ("score.weight", head is { } value ? full(1, 16, value) : randn(1, 16))], null);
        JsonObject json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        json["architectures"] = new JsonArray("LlamaForSequenceClassification");
        json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        File.WriteAllText(config, json.ToJsonString());
    }
}
