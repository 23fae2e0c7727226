using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Text;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Rewards;

public class RewardScoreTensorsTests
{
    private static readonly ResponseSteps[] Steps =
    [
        new(["a", "b", "c"], [2, 4, 7], [true, true, false]),
        new([], [], []),
        new(["d"], [5], [true]),
    ];

    private static BatchLayout Layout(int rows, params StepMap[] maps) =>
        new()
        {
            ActionMask = ones([rows, 8], dtype: ScalarType.Bool),
            ResponseMask = ones([rows, 8], dtype: ScalarType.Bool),
            PromptVisitId = zeros([rows], dtype: ScalarType.Int64),
            SampleIndex = arange(rows, dtype: ScalarType.Int64),
            GroupIndex = zeros([rows], dtype: ScalarType.Int64),
            Groups = 1,
            IsPolicy = ones([rows], dtype: ScalarType.Bool),
            Truncated = zeros([rows], dtype: ScalarType.Bool),
            StepMaps = maps.ToDictionary(m => m.Name),
        };

    private static RewardScores Scores(params SourceScores[] sources) => new(sources[0].Values.Length, sources);

    [Fact]
    public void Create_UnevenSteps_PadsEndsAndMasks()
    {
        using var scope = NewDisposeScope();
        StepMap map = StepMaps.Create(Steps, CPU);
        Assert.Equal("steps", map.Name);
        Assert.Equal([2, 4, 7, 0, 0, 0, 5, 0, 0], map.Ends.data<long>().ToArray());
        Assert.Equal([true, true, true, false, false, false, true, false, false], map.Mask.data<bool>().ToArray());
        Assert.Equal([true, true, false, false, false, false, true, false, false], map.Complete.data<bool>().ToArray());
        Assert.Equal([2, 1], StepMaps.Create([Steps[1], Steps[1]], CPU).Mask.shape);
        Assert.False(StepMaps.Create([Steps[1]], CPU).Mask.any().item<bool>());
    }

    [Fact]
    public void ToChannels_OutcomeStepAndAnswered_AlignByIndexWithZeroWhereInvalid()
    {
        using var scope = NewDisposeScope();
        RewardScores scores = Scores(
            new(
                "verifier",
                RewardGranularity.Outcome,
                [
                    [1.0],
                    [null],
                    [0.0],
                ],
                [true, null, false],
                default
            ),
            new(
                "process",
                RewardGranularity.Step,
                [
                    [0.25, null, -1],
                    [],
                    [3],
                ],
                null,
                default
            )
        );
        IReadOnlyList<RewardChannel> channels = scores.ToChannels(Layout(3, StepMaps.Create(Steps, CPU)), CPU, ScalarType.Float64);
        Assert.Equal(["verifier", "verifier.answered", "process"], channels.Select(c => c.Name));
        Assert.Equal([null, null, "steps"], channels.Select(c => c.StepMap));
        Check(channels[0], RewardGranularity.Outcome, [3], [1, 0, 0], [true, false, true]);
        Check(channels[1], RewardGranularity.Outcome, [3], [1, 0, 0], [true, false, true]);
        Check(
            channels[2],
            RewardGranularity.Step,
            [3, 3],
            [0.25, 0, -1, 0, 0, 0, 3, 0, 0],
            [true, false, true, false, false, false, true, false, false]
        );
    }

    [Fact]
    public void ToChannels_StepMapKnowsFewerSteps_ValidityIsTheirs()
    {
        using var scope = NewDisposeScope();
        RewardScores scores = Scores(
            new SourceScores(
                "p",
                RewardGranularity.Step,
                [
                    [1, 2, 3],
                    [4, 5],
                    [6, 7],
                ],
                null,
                default
            )
        );
        RewardChannel channel = scores.ToChannels(Layout(3, StepMaps.Create(Steps, CPU)), CPU, ScalarType.Float64)[0];
        Check(
            channel,
            RewardGranularity.Step,
            [3, 3],
            [1, 2, 3, 0, 0, 0, 6, 0, 0],
            [true, true, true, false, false, false, true, false, false]
        );
    }

    [Fact]
    public void ToChannels_TypeAndScope_AreTheCallers()
    {
        using var outer = NewDisposeScope();
        BatchLayout layout = Layout(2);
        long before = outer.DisposablesCount;
        RewardChannel channel = Scores(
                new SourceScores(
                    "a",
                    RewardGranularity.Outcome,
                    [
                        [1],
                        [2],
                    ],
                    null,
                    default
                )
            )
            .ToChannels(layout, CPU, ScalarType.Float32)[0];
        Assert.Equal(ScalarType.Float32, channel.Values.dtype);
        Assert.Equal(ScalarType.Bool, channel.Valid.dtype);
        Assert.Equal(before + 2, outer.DisposablesCount);
    }

    [Fact]
    public void ToChannels_LayoutThatDoesNotFit_IsRefused()
    {
        using var scope = NewDisposeScope();
        RewardScores steps = Scores(
            new SourceScores(
                "p",
                RewardGranularity.Step,
                [
                    [1, 2, 3, 4],
                ],
                null,
                default
            )
        );
        string Refused(BatchLayout layout) =>
            Assert.Throws<ArgumentException>(() => steps.ToChannels(layout, CPU, ScalarType.Float32)).Message;
        Assert.Contains("2 rows", Refused(Layout(2)), StringComparison.Ordinal);
        Assert.Contains("no step map", Refused(Layout(1)), StringComparison.Ordinal);
        Assert.Contains("scored 4 steps of row 0", Refused(Layout(1, StepMaps.Create([Steps[0]], CPU))), StringComparison.Ordinal);
    }

    private static void Check(RewardChannel channel, RewardGranularity granularity, long[] shape, double[] values, bool[] valid)
    {
        Assert.Equal(granularity, channel.Granularity);
        Assert.Equal(shape, channel.Values.shape);
        Assert.Equal(shape, channel.Valid.shape);
        Assert.Equal(values, channel.Values.data<double>().ToArray());
        Assert.Equal(valid, channel.Valid.data<bool>().ToArray());
    }
}
