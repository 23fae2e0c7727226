using System.Runtime.InteropServices;
using Rlhf.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Models;

/// <summary>Layouts and tables whose size an input chooses.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1 << 20)]
    public void SharedPrompts_AttendTheSame_HoweverFewRowsAreMaskedAtOnce(long mostMaskElements)
    {
        using var scope = NewDisposeScope();
        int[] prompts = [3, 1],
            promptOfRow = [0, 1, 0, 1],
            responses = [2, 4, 0, 1];
        manual_seed(1);
        Tensor query = randn(11, 4, 6),
            key = randn(11, 2, 6),
            value = randn(11, 2, 6);
        Tensor together = new SharedPromptLayout(prompts, promptOfRow, responses, CPU, mostMaskElements).Attend(0, query, key, value);
        int[][] tokens =
        [
            [0, 1, 2, 4, 5],
            [3, 6, 7, 8, 9],
            [3, 10],
        ];
        foreach (int[] row in tokens)
        {
            Tensor places = tensor(row.Select(t => (long)t).ToArray());
            Tensor alone = new RaggedLayout([row.Length], CPU).Attend(
                0,
                query.index_select(0, places),
                key.index_select(0, places),
                value.index_select(0, places)
            );
            Assert.True(alone.allclose(together.index_select(0, places), 1e-5, 1e-6));
        }
    }

    // A long prompt with a short response beside a short prompt with a long one: no sequence is as long as both together.
    [Fact]
    public void SharedPromptLayout_Reach_IsThatOfTheLongestSequence()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(12, new SharedPromptLayout([10, 2], [0, 1], [1, 10], CPU).Reach);
        Assert.Equal(10, new SharedPromptLayout([10, 2], [1], [3], CPU).Reach);
    }

    [Fact]
    public void SharedPrompts_WhoseMaskHasMoreElementsThanAnIntCounts_AreLaidOut()
    {
        using var scope = NewDisposeScope();
        SharedPromptLayout layout = new([16_000], [0, 0, 0, 0, 0], [16_000, 16_000, 16_000, 16_000, 16_000], CPU);
        Assert.Equal(96_000, layout.Positions.size(0));
        Assert.Equal(31_999, layout.Positions.max().item<long>());
    }

    [Fact]
    public void RotaryAngles_AreTheSame_FromATableThatGrowsAndWithoutOne()
    {
        using var scope = NewDisposeScope();
        CausalLmConfig config = SmallModel.Qwen3 with { MaxPositions = 200_000_000 };
        using RotaryEmbedding rotary = new(config, ScalarType.Float32, CPU);
        long[] positions = [0, 5, 4095, 4096, 9000];
        (Tensor cos, Tensor sin) = rotary.At(tensor(positions), 9001);
        (Tensor directCos, Tensor directSin) = rotary.At(tensor(positions), null);
        Assert.True(cos.equal(directCos).all().item<bool>());
        Assert.True(sin.equal(directSin).all().item<bool>());
        double[] frequencies = RotaryEmbedding.InverseFrequencies(config);
        Assert.Equal(Math.Cos(9000 * frequencies[1]), cos[4, 0, 1].item<float>(), 1e-6);
        Assert.Equal(-Math.Sin(9000 * frequencies[0]), sin[4, 0, 0].item<float>(), 1e-6);
    }

    [Fact]
    public void ASequence_LongerThanTheModel_IsRefusedWithTheLimit()
    {
        using var scope = NewDisposeScope();
        using CausalLm model = CausalLm.Create(SmallModel.Qwen3, 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            ResponseLogProbs.Compute(model, [new([.. Enumerable.Repeat(1, 40)], [2, 3])], 2, 1)
        );
        Assert.Contains("41", error.Message, StringComparison.Ordinal);
        Assert.Contains("32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHeadsWeight_IsCastOnceForAllChunks()
    {
        using var scope = NewDisposeScope();
        CausalLmConfig config = SmallModel.Llama(512, end: 2, hidden: 4096) with
        {
            Heads = 1,
            KeyValueHeads = 1,
            HeadDim = 2,
            IntermediateSize = 8,
        };
        using CausalLm model = CausalLm.Create(config, 1, new() { ComputeType = ScalarType.BFloat16 });
        manual_seed(2);
        Tensor hidden = randn(300, 4096).to_type(ScalarType.BFloat16).requires_grad_(),
            targets = randint(0, 512, [300]);
        ReturnFreeMemory();
        long before = Resident();
        Tensor chunked = TokenLogProbs.Compute(model, hidden, targets, 1, EntropyOutput.None, chunkElements: 512).LogProbs;

        // A copy is 4 MiB; autograd keeps those of 300 chunks until the backward pass.
        Assert.True(Resident() - before < 600L << 20, $"{(Resident() - before) >> 20} MiB more");
        Tensor whole = TokenLogProbs.Compute(model, hidden, targets, 1, EntropyOutput.None).LogProbs;
        Assert.True(chunked.allclose(whole, 1e-2, 1e-2));
        chunked.sum().backward();
        Assert.NotNull(model.NamedParameters.First(p => p.Name == "lm_head.weight").Value.grad);
    }

    // What earlier tests freed would otherwise be used again, unseen.
    private static void ReturnFreeMemory()
    {
        if (
            OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libc.so.6", out nint library)
            && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim)
        )
        {
            Marshal.GetDelegateForFunctionPointer<MallocTrim>(trim)(0);
        }
    }

    private static long Resident()
    {
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
            : null;
        return line is null
            ? 0
            : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture)
                * 1024;
    }

    private delegate int MallocTrim(nint keep);
}
