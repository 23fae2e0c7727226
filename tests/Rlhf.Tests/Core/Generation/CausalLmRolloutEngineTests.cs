using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Tests.Abstractions.Records;
using Rlhf.Tokenizers;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Generation;

public class CausalLmRolloutEngineTests
{
    private static readonly RolloutRequest[] Requests =
    [
        new([1, 2, 3], 10, samples: 3),
        new([4], 11, samples: 2),
        new([5, 6, 7, 8, 9, 10, 11], 12),
        new([3, 3], 13, samples: 4, firstSampleIndex: 2),
    ];

    private static readonly SamplingOptions Sampling = new()
    {
        Temperature = 0.8,
        MaxNewTokens = 12,
        StopTokenIds = [0],
        Seed = 5,
    };

    [Fact]
    public void LogProbs_OfSampledTokens_AreTheTrainers()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = Model();
        foreach (
            (RolloutRequest request, RolloutSequence response) in Pairs(
                Requests,
                new CausalLmRolloutEngine(model).Generate(Requests, Sampling)
            )
        )
        {
            Tensor expected = ResponseLogProbs
                .Compute(model, [new(request.PromptTokenIds, response.TokenIds)], response.TokenIds.Length, Sampling.Temperature)
                .LogProbs;
            double largest = expected[0].sub(tensor(response.LogProbs)).abs().max().item<float>();
            Assert.True(largest < 1e-5, $"visit {response.VisitId}: {largest}");
        }
    }

    [Fact]
    public void CacheLimit_ThatLeavesFewerSlots_ChangesNoResponse_AndIsSaidOnce()
    {
        using CausalLm model = CausalLm.Create(SmallModel.Qwen3, 1);
        RolloutRequest[] requests = [new([1, 2, 3], 0, samples: 6)];
        SamplingOptions sampling = new() { MaxNewTokens = 8, Seed = 1 };
        ListLogger log = new();
        IReadOnlyList<RolloutSequence> all = new CausalLmRolloutEngine(model, logger: log).Generate(requests, sampling);
        Assert.Empty(log.Lines);

        long slot = KeyValueCache.SlotBytes(model, 3 - 1 + 8);
        CausalLmRolloutEngine engine = new(model, options: new() { MaxSlots = 4, MaxCacheBytes = 2 * slot }, logger: log);
        Assert.Equal(all.Select(s => s.TokenIds), engine.Generate(requests, sampling).Select(s => s.TokenIds));
        engine.Generate(requests, sampling);
        string said = Assert.Single(log.Warnings);
        Assert.StartsWith("Only 2 responses are decoded together instead of 4", said, StringComparison.Ordinal);
        Assert.Contains("Raise MaxCacheBytes", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Responses_DoNotDependOnSlotsOrOrder(int slots)
    {
        using CausalLm model = Model();
        IReadOnlyList<RolloutSequence> expected = new CausalLmRolloutEngine(model).Generate(Requests, Sampling);
        IReadOnlyList<RolloutSequence> reversed = new CausalLmRolloutEngine(model, options: new() { MaxSlots = slots }).Generate(
            [.. Requests.Reverse()],
            Sampling
        );
        Assert.Equal(
            expected.Select(r => (r.VisitId, r.SampleIndex, string.Join(' ', r.TokenIds), r.FinishReason)).Order(),
            reversed.Select(r => (r.VisitId, r.SampleIndex, string.Join(' ', r.TokenIds), r.FinishReason)).Order()
        );
        Assert.Equal(expected.Select(r => r.VisitId), Requests.SelectMany(r => Enumerable.Repeat(r.VisitId, r.Samples)));
        Assert.Equal([2, 3, 4, 5], expected.Where(r => r.VisitId == 13).Select(r => r.SampleIndex));
    }

    [Fact]
    public void Greedy_EqualsTheMostProbableTokenOfAWholeRecomputation()
    {
        using CausalLm model = Model();
        foreach (
            (RolloutRequest request, RolloutSequence response) in Pairs(
                Requests,
                new CausalLmRolloutEngine(model).Generate(Requests, Sampling with { Temperature = 0 })
            )
        )
        {
            List<int> tokens = [.. request.PromptTokenIds];
            foreach (int token in response.TokenIds)
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                Tensor hidden = model.Trunk(tensor(tokens.Select(t => (long)t).ToArray()), new RaggedLayout([tokens.Count], CPU));
                Assert.Equal(model.Head(hidden[^1..]).argmax().item<long>(), token);
                tokens.Add(token);
            }
        }
    }

    [Fact]
    public void Responses_EndAtStopTokensLengthAndTheModelsLastPosition()
    {
        using CausalLm model = Model();
        IReadOnlyList<RolloutSequence> responses = new CausalLmRolloutEngine(model).Generate([new([1], 1, samples: 200)], Sampling);
        Assert.All(
            responses,
            r =>
            {
                Assert.True(r.FinishReason == FinishReason.StopToken ? r.TokenIds[^1] == 0 : r.TokenIds.Length == 12);
                Assert.DoesNotContain(0, r.TokenIds[..^1]);
            }
        );
        Assert.Contains(responses, r => r.FinishReason == FinishReason.StopToken);
        Assert.Contains(responses, r => r.FinishReason == FinishReason.Length);

        RolloutSequence last = new CausalLmRolloutEngine(model)
            .Generate([new(Enumerable.Repeat(2, 30).ToArray(), 1)], Sampling with { StopTokenIds = [], MaxNewTokens = 100 })
            .Single();
        Assert.Equal(FinishReason.Length, last.FinishReason);
        Assert.InRange(last.TokenIds.Length, 1, 3);
    }

    [Fact]
    public void StopString_EndsTheResponseWithTheTokenThatCompletesIt()
    {
        BpeTokenizer tokenizer = BpeTrainer.Train(["ab"], new() { VocabularySize = 257, SpecialTokens = ["<|end|>"] });
        using CausalLm model = CausalLm.Create(Config with { VocabularySize = tokenizer.VocabularySize }, 1);
        int a = tokenizer.Encode("a").Single();
        IReadOnlyList<RolloutSequence> responses = new CausalLmRolloutEngine(model, tokenizer).Generate(
            [new([a], 1, samples: 100)],
            new()
            {
                MaxNewTokens = 20,
                StopStrings = ["a"],
                TopK = 40,
                Temperature = 5,
            }
        );
        Assert.All(
            responses,
            r =>
                Assert.Equal(
                    r.FinishReason == FinishReason.StopString,
                    r.TokenIds[^1] == a || r.Text!.Contains('a', StringComparison.Ordinal)
                )
        );
        Assert.Contains(responses, r => r.FinishReason == FinishReason.StopString);
    }

    [Fact]
    public void FirstTokens_FollowTheSoftmax()
    {
        const int samples = 4000;
        using var scope = NewDisposeScope();
        using CausalLm model = Model();
        int[] counts = new int[Config.VocabularySize];
        foreach (
            RolloutSequence response in new CausalLmRolloutEngine(model).Generate(
                [new([1, 2], 1, samples)],
                Sampling with
                {
                    MaxNewTokens = 1,
                    StopTokenIds = [],
                }
            )
        )
        {
            counts[response.TokenIds[0]]++;
        }

        using var noGrad = no_grad();
        Tensor hidden = model.Trunk(tensor(new long[] { 1, 2 }), new RaggedLayout([2], CPU));
        double[] expected = [.. LogitsFilters.Probabilities(model.Head(hidden[^1..]), Sampling)[0].to(ScalarType.Float64).data<double>()];
        double chiSquare = expected.Select((p, i) => Math.Pow(counts[i] - samples * p, 2) / (samples * p)).Sum();
        TestContext.Current.SendDiagnosticMessage(
            $"first sampled token: chi-square {chiSquare:F1} with {expected.Length - 1} degrees of freedom"
        );

        // 29 degrees of freedom: exceeded once in 10,000 seeds.
        Assert.InRange(chiSquare, 0, 65.3);
    }

    [Fact]
    public void GenerateAndCancelledGenerate_LeaveNoTensorsBehind()
    {
        using CausalLm model = Model();
        CausalLmRolloutEngine engine = new(model);
        engine.Generate(Requests, Sampling);
        long before = Tensor.TotalCount;
        engine.Generate(Requests, Sampling);
        Assert.Equal(before, Tensor.TotalCount);

        using CancellationTokenSource cancellation = new();
        using CancellingModel cancelling = new(model, cancellation);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new CausalLmRolloutEngine(cancelling).Generate(Requests, Sampling, null, cancellation.Token)
        );
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(10, engine.Generate(Requests, Sampling).Count);
    }

    private static CausalLmConfig Config { get; } = SmallModel.Qwen3;

    private static CausalLm Model()
    {
        set_num_threads(1);
        return CausalLm.Create(Config, 1);
    }

    private static IEnumerable<(RolloutRequest Request, RolloutSequence Response)> Pairs(
        IReadOnlyList<RolloutRequest> requests,
        IReadOnlyList<RolloutSequence> responses
    ) => responses.Select(r => (requests.Single(q => q.VisitId == r.VisitId), r));

    // Cancels while the fifth decode step is computed.
    private sealed class CancellingModel(CausalLm model, CancellationTokenSource source) : ICausalLm
    {
        private int _heads;

        public CausalLmShape Shape => model.Shape;

        public Device Device => model.Device;

        public ScalarType ComputeType => model.ComputeType;

        public IReadOnlyList<(string Name, TorchSharp.Modules.Parameter Value)> NamedParameters => model.NamedParameters;

        public Tensor Trunk(Tensor tokenIds, AttentionLayout layout) => model.Trunk(tokenIds, layout);

        public Tensor Head(Tensor hidden)
        {
            if (++_heads == 5)
            {
                source.Cancel();
            }

            return model.Head(hidden);
        }

        public void Dispose() { }
    }
}
