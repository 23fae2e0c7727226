using CsCheck;
using Rlhf.Models;
using Rlhf.Trainers.Optimization;

namespace Rlhf.Tests.Trainers.Optimization;

public class MicroBatchesTests
{
    private static readonly Gen<TokenSequence> Sequence = Gen.Select(
        Gen.Int[1, 6],
        Gen.Int[0, 40],
        (prompt, response) => new TokenSequence([.. Enumerable.Repeat(prompt, 3 * prompt)], new int[response])
    );

    [Fact]
    public void Split_AnyRows_HoldsEachOnceWithinTheBudget() =>
        Gen.Select(Sequence.Array[1, 40], Gen.Int[1, 120])
            .Sample(
                (sequences, budget) =>
                {
                    IReadOnlyList<int[]> parts = MicroBatches.Split(Enumerable.Range(0, sequences.Length), sequences, budget);
                    return parts.SelectMany(p => p).Order().SequenceEqual(Enumerable.Range(0, sequences.Length))
                        && parts.All(p => p.Length == 1 || Tokens(p, sequences) <= budget);
                }
            );

    [Fact]
    public void Split_GroupThatFits_StaysTogether()
    {
        TokenSequence a = new([1, 1, 1, 1], [5, 5]),
            b = new([2, 2, 2, 2], [6, 6]);
        IReadOnlyList<int[]> parts = MicroBatches.Split([0, 1, 2, 3], [a, b, a, b], 8);
        Assert.Equal(
            [
                [0, 2],
                [1, 3],
            ],
            parts
        );
    }

    [Fact]
    public void Split_NoRows_HasNoParts() => Assert.Empty(MicroBatches.Split([], [], 10));

    private static int Tokens(int[] part, TokenSequence[] sequences) =>
        part.GroupBy(r => sequences[r].Prompt, TokenSequence.PromptComparer)
            .Sum(g => g.Key.Count + g.Sum(r => sequences[r].Response.Count));
}
