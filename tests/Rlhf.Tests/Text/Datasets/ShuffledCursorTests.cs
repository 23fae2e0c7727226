using CsCheck;
using Rlhf.Datasets;

namespace Rlhf.Tests.Text.Datasets;

public sealed class ShuffledCursorTests
{
    private static int[] Take(ShuffledCursor cursor, int n) => [.. Enumerable.Range(0, n).Select(_ => cursor.Next())];

    [Fact]
    public void Next_AnyCountAndSeed_EveryEpochIsAPermutation() =>
        Gen.Select(Gen.Int[1, 200], Gen.Long, Gen.Int[1, 4])
            .Sample(
                (count, seed, epochs) =>
                {
                    var cursor = new ShuffledCursor(count, seed);
                    for (int e = 0; e < epochs; e++)
                    {
                        Assert.Equal(e, cursor.Epoch);
                        Assert.Equal(Enumerable.Range(0, count), Take(cursor, count).Order());
                    }
                },
                iter: 200
            );

    [Fact]
    public void Position_SetOnANewCursor_ContinuesIdentically() =>
        Gen.Select(Gen.Int[1, 60], Gen.Long, Gen.Int[0, 300], Gen.Int[1, 150])
            .Sample(
                (count, seed, visited, more) =>
                {
                    var uninterrupted = new ShuffledCursor(count, seed);
                    _ = Take(uninterrupted, visited);
                    Assert.Equal(visited, uninterrupted.Position);
                    var resumed = new ShuffledCursor(count, seed) { Position = visited };
                    Assert.Equal(Take(uninterrupted, more), Take(resumed, more));
                },
                iter: 200
            );

    [Fact]
    public void Position_SetBackAndForth_ForgetsTheEpochItLeft()
    {
        var cursor = new ShuffledCursor(50, 3);
        int[] first = Take(cursor, 120);
        cursor.Position = 0;
        Assert.Equal(first, Take(cursor, 120));
    }

    [Fact]
    public void Next_OtherEpochSeedOrStream_GivesAnotherOrder()
    {
        int[] twoEpochs = Take(new ShuffledCursor(100, 7), 200);
        Assert.NotEqual(twoEpochs[..100], twoEpochs[100..]);
        Assert.NotEqual(twoEpochs[..100], Take(new ShuffledCursor(100, 8), 100));
        Assert.NotEqual(twoEpochs[..100], Take(new ShuffledCursor(100, 7, "evaluation"), 100));
    }

    [Fact]
    public void Next_ManyEpochsOfThree_EveryOrderIsEquallyFrequent()
    {
        const int epochs = 12_000;
        var cursor = new ShuffledCursor(3, 11);
        int[] counts =
        [
            .. Enumerable.Range(0, epochs).Select(_ => string.Concat(Take(cursor, 3))).CountBy(order => order).Select(c => c.Value),
        ];
        double chiSquare = counts.Sum(c => Math.Pow(c - epochs / 6.0, 2) / (epochs / 6.0));
        TestContext.Current.SendDiagnosticMessage($"orders {string.Join(' ', counts)}, chi-square {chiSquare:F2} (5 degrees of freedom)");
        Assert.Equal(6, counts.Length);
        Assert.True(chiSquare < 20.5, $"chi-square {chiSquare}: p below 0.001");
    }

    [Fact]
    public void Constructor_EmptySetOrNegativePosition_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShuffledCursor(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShuffledCursor(3, 1) { Position = -1 });
    }
}
