using Rlhf.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

public class CausalLmTests
{
    private static readonly CausalLmConfig Small = SmallModel.Qwen3;

    private static readonly ModelLoadOptions InDouble = new() { ComputeType = ScalarType.Float64, WeightType = ScalarType.Float64 };

    private static readonly TokenSequence[] Rows =
    [
        new([1, 2, 3], [4, 5]),
        new([7], [8, 9, 10, 11]),
        new([12, 13], []),
        new([1, 2, 3], [6, 4, 9]),
        new([7], [3]),
    ];

    [Fact]
    public void LogProbs_OfRaggedBatch_EqualThoseOfEachSequenceAlone()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(Small, 1, InDouble);
        (Tensor together, Tensor? entropy) = ResponseLogProbs.Compute(model, Rows, 4, 0.7, EntropyOutput.Measured);
        for (int row = 0; row < Rows.Length; row++)
        {
            (Tensor alone, Tensor? entropyAlone) = ResponseLogProbs.Compute(model, [Rows[row]], 4, 0.7, EntropyOutput.Measured);
            Assert.True(together[row].allclose(alone[0], 1e-10, 1e-12));
            Assert.True(entropy![row].allclose(entropyAlone![0], 1e-10, 1e-12));
        }
    }

    [Fact]
    public void Gradient_WithASharedPrompt_EqualsThatOfEachSequenceAlone()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using CausalLm together = CausalLm.Create(Small, 1, InDouble),
            apart = CausalLm.Create(Small, 1, InDouble);
        ResponseLogProbs.Compute(together, Rows, 4, 1).LogProbs.square().sum().backward();
        foreach (TokenSequence row in Rows.Where(r => r.Response.Count > 0))
        {
            Tensor hidden = apart.Trunk(
                tensor(row.Prompt.Concat(row.Response).Select(id => (long)id).ToArray()),
                new RaggedLayout([row.Length], CPU)
            );
            Tensor predicting = nn.functional.log_softmax(apart.Head(hidden), -1).narrow(0, row.Prompt.Count - 1, row.Response.Count);
            predicting.gather(1, tensor(row.Response.Select(id => (long)id).ToArray()).unsqueeze(1)).square().sum().backward();
        }

        foreach (((string name, Parameter shared), (_, Parameter alone)) in together.NamedParameters.Zip(apart.NamedParameters))
        {
            Assert.True(shared.grad!.allclose(alone.grad!, 1e-9, 1e-11), name);
        }
    }

    [Fact]
    public void LogProbs_OfAToken_AreThoseOfTheWholeSoftmax()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(Small, 1, InDouble);
        Tensor hidden = model.Trunk(tensor(new long[] { 1, 2, 3, 4 }), new RaggedLayout([4], CPU));
        Tensor all = nn.functional.log_softmax(model.Head(hidden) / 0.7, -1);
        (Tensor computed, Tensor? entropy) = ResponseLogProbs.Compute(model, [Rows[0]], 2, 0.7, EntropyOutput.Differentiable);
        Assert.Equal(all[2, 4].item<double>(), computed[0, 0].item<double>(), 1e-12);
        Assert.Equal(all[3, 5].item<double>(), computed[0, 1].item<double>(), 1e-12);
        Assert.Equal(-(all[3].exp() * all[3]).sum().item<double>(), entropy![0, 1].item<double>(), 1e-12);
    }

    [Fact]
    public void Gradient_OfLogProbsAndEntropy_EqualsFiniteDifferences()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(Small, 2, InDouble);
        Loss().backward();
        var random = new Random(3);
        const double h = 1e-5;
        foreach ((string name, Parameter parameter) in model.NamedParameters)
        {
            long at = random.NextInt64(parameter.numel());
            double analytic = parameter.grad!.reshape(-1)[at].item<double>();
            double up = Shifted(h),
                down = Shifted(-h);
            Assert.True(
                Math.Abs((up - down) / (2 * h) - analytic) < 1e-6 * Math.Max(1, Math.Abs(analytic)),
                $"{name}[{at}]: {(up - down) / (2 * h)} and {analytic}"
            );

            double Shifted(double by)
            {
                using var noGrad = no_grad();
                Tensor element = parameter.view(-1)[at];
                element.add_(by);
                double value = Loss().item<double>();
                element.sub_(by);
                return value;
            }
        }

        Tensor Loss()
        {
            (Tensor logProbs, Tensor? entropy) = ResponseLogProbs.Compute(model, Rows, 4, 0.7, EntropyOutput.Differentiable);
            return (logProbs * logProbs).sum() + entropy!.sum();
        }
    }

    [Fact]
    public void Adapters_WhenNew_ChangeNothing_AndAloneGetGradients()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(Small, 2, InDouble);
        Tensor before = ResponseLogProbs.Compute(model, Rows, 4, 1).LogProbs;
        model.AddAdapters(new() { Rank = 2, TargetModules = ["q_proj", "down_proj"] }, 5);
        Tensor after = ResponseLogProbs.Compute(model, Rows, 4, 1).LogProbs;
        Assert.True(before.equal(after).all().item<bool>());
        after.sum().backward();
        foreach ((string name, Parameter parameter) in model.NamedParameters)
        {
            Assert.Equal(name.Contains("lora_", StringComparison.Ordinal), parameter.grad is not null);
        }

        Assert.Equal(2 * 2 * Small.Layers, model.NamedParameters.Count(p => p.Value.requires_grad));
    }

    [Fact]
    public void Adapters_ForALayerThatIsNotThere_AreRefusedByName()
    {
        using CausalLm model = CausalLm.Create(Small, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.AddAdapters(new() { TargetModules = ["query"] }, 5));
        Assert.Contains("query", error.Message, StringComparison.Ordinal);
        Assert.Contains("q_proj", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_IsAFunctionOfTheSeed()
    {
        using var scope = NewDisposeScope();
        using CausalLm first = CausalLm.Create(Small, 7),
            same = CausalLm.Create(Small, 7),
            other = CausalLm.Create(Small, 8);
        foreach (
            (Parameter a, Parameter b, Parameter c) in first
                .NamedParameters.Zip(same.NamedParameters, other.NamedParameters)
                .Select(t => (t.First.Value, t.Second.Value, t.Third.Value))
        )
        {
            Assert.True(a.equal(b).all().item<bool>());
            Assert.True(a.dim() == 1 || !a.equal(c).all().item<bool>());
        }
    }

    [Fact]
    public void ForwardAndBackward_LeaveNoTensorsBehind()
    {
        set_num_threads(1);
        using CausalLm model = CausalLm.Create(Small, 2);
        Pass();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 5; i++)
        {
            Pass();
        }

        Assert.Equal(before, Tensor.TotalCount);

        void Pass()
        {
            using var scope = NewDisposeScope();
            ResponseLogProbs.Compute(model, Rows, 4, 1).LogProbs.sum().backward();
            foreach ((_, Parameter parameter) in model.NamedParameters)
            {
                parameter.grad?.Dispose();
                parameter.grad = null;
            }
        }
    }
}
