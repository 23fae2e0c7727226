using CsCheck;
using Rlhf.Shaping;
using Rlhf.Tests.Shaping;
using Rlhf.Trainers.Advantages;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers.Advantages;

/// <summary>Credit by steps against a slow scalar reference, on random batches with invalid outcomes and steps.</summary>
public class StepCreditReferenceTests
{
    private const double OutcomeWeight = 0.5;
    private const double ProcessWeight = 2;

    // A response of K steps has two action tokens a step, and one where it has no step.
    private static readonly Gen<Row[]> Batches = Gen.Select(
            Gen.Int[-2, 2].Select(i => i / 2.0),
            Gen.Int[0, 4],
            Gen.Long[0, 2],
            Gen.Select(Gen.Int[-3, 3].Select(i => i / 4.0), Gen.Int[0, 4]).Array[0, 4]
        )
        .Select(
            (outcome, known, group, steps) =>
                new Row(known == 0 ? null : outcome, [.. steps.Select(s => s.Item2 == 0 ? (double?)null : s.Item1)], group)
        )
        .Array[1, 10];

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(1.0, true)]
    [InlineData(0.8, false)]
    [InlineData(0.8, true)]
    public void ReturnToGo_EqualsTheScalarDefinition(double discount, bool leaveOneOut) =>
        Compare(
            new()
            {
                Credit = Credit.ReturnToGo,
                Discount = discount,
                LeaveOneOut = leaveOneOut,
            },
            (rows, i, t) =>
            {
                int step = StepOf(rows[i], t);
                int[] peers = [.. Counted(rows, rows[i].Group).Where(j => Math.Max(1, rows[j].Steps.Length) > step)];
                if (peers.Length < 2)
                {
                    return 0;
                }

                int[] compared = [.. leaveOneOut ? peers.Where(j => j != i) : peers];
                int first = 2 * step;
                return ToGo(rows[i], t, discount) - compared.Average(j => ToGo(rows[j], first, discount)) / Math.Pow(discount, t - first);
            }
        );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void StepNormalised_EqualsTheScalarDefinition(int ddof) =>
        Compare(
            new() { Credit = Credit.StepNormalised, Ddof = ddof },
            (rows, i, t) =>
            {
                int[] group = [.. Counted(rows, rows[i].Group)];
                double[] outcomes = [.. group.Select(j => rows[j].Outcome!.Value)],
                    pooled = [.. group.SelectMany(j => rows[j].Steps).OfType<double>()];
                return OutcomeWeight * Normalised(rows[i].Outcome!.Value, outcomes, ddof)
                    + ProcessWeight * rows[i].Steps.Skip(StepOf(rows[i], t)).OfType<double>().Sum(r => Normalised(r, pooled, ddof));
            }
        );

    private static void Compare(GroupAdvantageOptions options, Func<Row[], int, int, double> reference) =>
        Batches.Sample(
            rows =>
            {
                using var scope = NewDisposeScope();
                using RewardPipeline pipeline = new RewardPipelineBuilder(RewardSchema.Outcome("verifier").Steps("process"))
                    .WithWeights(new() { ["verifier"] = OutcomeWeight, ["process"] = ProcessWeight })
                    .Build();
                RewardBatch batch = new() { StepCounts = [.. rows.Select(r => r.Steps.Length)], Groups = [.. rows.Select(r => r.Group)] };
                RewardFrame raw = new(
                    batch.Layout(),
                    [batch.Outcome("verifier", [.. rows.Select(r => r.Outcome)]), batch.Steps("process", [.. rows.Select(r => r.Steps)])]
                );
                Tensor advantages = options.CreateEstimator(pipeline).Estimate(pipeline.Apply(raw, training: true, 0)).Values;
                int width = (int)advantages.size(1);
                double[] actual = [.. advantages.contiguous().data<double>()];
                for (int i = 0; i < rows.Length; i++)
                {
                    for (int t = 0; t < width; t++)
                    {
                        double expected = !Scored(rows[i]) || t >= Tokens(rows[i]) ? 0 : reference(rows, i, t);
                        Assert.Equal(expected, actual[i * width + t], 1e-9);
                    }
                }
            },
            iter: 100,
            threads: 1
        );

    private static IEnumerable<int> Counted(Row[] rows, long group) =>
        Enumerable.Range(0, rows.Length).Where(j => rows[j].Group == group && Scored(rows[j]));

    private static bool Scored(Row row) => row.Outcome is not null && (row.Steps.Length == 0 || row.Steps.Any(s => s is not null));

    private static int Tokens(Row row) => Math.Max(1, 2 * row.Steps.Length);

    private static int StepOf(Row row, int token) => row.Steps.Length == 0 ? 0 : token / 2;

    private static double ToGo(Row row, int from, double discount)
    {
        double sum = Math.Pow(discount, Tokens(row) - 1 - from) * OutcomeWeight * row.Outcome!.Value;
        for (int k = 0; k < row.Steps.Length; k++)
        {
            sum += 2 * k + 1 >= from ? Math.Pow(discount, 2 * k + 1 - from) * ProcessWeight * (row.Steps[k] ?? 0) : 0;
        }

        return sum;
    }

    private static double Normalised(double value, double[] among, int ddof)
    {
        if (among.Length < 2 || among.Max() == among.Min())
        {
            return 0;
        }

        double mean = among.Average();
        return (value - mean) / (Math.Sqrt(among.Sum(v => (v - mean) * (v - mean)) / (among.Length - ddof)) + 1e-6);
    }

    private sealed record Row(double? Outcome, double?[] Steps, long Group);
}
