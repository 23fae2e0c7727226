using Rlhf.Models;

namespace Rlhf.Tests.Core.Models;

public class RotaryEmbeddingTests
{
    // Frequencies 1, 0.1, 0.01 and 0.001 have wavelengths of 6, 63, 628 and 6283 positions; Llama 3.1 leaves those below 128/4 alone, divides
    // those above 128/1 by 8 and mixes in between: s = (128/62.83 − 1)/(4 − 1) = 0.34573.
    [Fact]
    public void InverseFrequencies_Llama31Scaling_KeepsTheShortDividesTheLongAndMixesBetween()
    {
        CausalLmConfig config = SmallModel.Llama(20, end: 1) with
        {
            HeadDim = 8,
            RopeTheta = 10_000,
            RopeScaling = new(Factor: 8, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 128),
        };
        double[] expected = [1, 0.0427511, 0.00125, 0.000125];
        Assert.Equal(expected, RotaryEmbedding.InverseFrequencies(config), (a, b) => Math.Abs(a - b) < 1e-6);
    }
}
