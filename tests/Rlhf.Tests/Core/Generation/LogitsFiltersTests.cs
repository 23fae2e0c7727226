using Rlhf.Generation;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Generation;

public class LogitsFiltersTests
{
    // Probabilities 0.4, 0.3, 0.2 and 0.1, shuffled.
    private static readonly float[] Logits = [MathF.Log(2), MathF.Log(4), MathF.Log(1), MathF.Log(3)];

    public static TheoryData<SamplingOptions, double[]> Filters() =>
        new()
        {
            { new(), [0.2, 0.4, 0.1, 0.3] },
            {
                new() { TopK = 2 },
                [0, 4.0 / 7, 0, 3.0 / 7]
            },
            {
                new() { TopP = 0.75 },
                [2.0 / 9, 4.0 / 9, 0, 3.0 / 9]
            },
            {
                new() { TopP = 0.3 },
                [0, 1, 0, 0]
            },
            {
                new() { MinP = 0.6 },
                [0, 4.0 / 7, 0, 3.0 / 7]
            },
            // Squares: 4, 16, 1, 9.
            {
                new() { Temperature = 0.5 },
                [4.0 / 30, 16.0 / 30, 1.0 / 30, 9.0 / 30]
            },
            // Of what temperature and top-k leave, 0.64 and 0.36, the first is enough.
            {
                new()
                {
                    Temperature = 0.5,
                    TopK = 2,
                    TopP = 0.6,
                },
                [0, 1, 0, 0]
            },
            {
                new() { Temperature = 0.5, MinP = 0.2 },
                [4.0 / 29, 16.0 / 29, 0, 9.0 / 29]
            },
        };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Probabilities_EachFilter_KeepsTheLikelyTokensAndSumsToOne(SamplingOptions options, double[] expected) =>
        Assert.Equal(expected, Probabilities(Logits, options), (a, b) => Math.Abs(a - b) < 1e-6);

    // Four tokens of a quarter each, which float32 holds exactly: two of them are the half.
    [Fact]
    public void Probabilities_TopPThatTokensReachExactly_KeepsNoMore() =>
        Assert.Equal([0, 0, 0.5, 0.5], Probabilities([0, 0, 0, 0], new() { TopP = 0.5 }).Order());

    private static double[] Probabilities(float[] logits, SamplingOptions options)
    {
        using var scope = NewDisposeScope();
        return [.. LogitsFilters.Probabilities(tensor(logits).unsqueeze(0), options).to_type(ScalarType.Float64).data<double>()];
    }
}
