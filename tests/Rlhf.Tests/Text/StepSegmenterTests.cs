using CsCheck;
using Rlhf.Text;

namespace Rlhf.Tests.Text;

public class StepSegmenterTests
{
    private static readonly StepOptions Lines = new();

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\nb", new[] { "a", "b" })]
    [InlineData("\n\na\n\nb", new[] { "", "", "a", "", "b" })]
    [InlineData("a\na\na", new[] { "a", "a", "a" })]
    public void Split_AtLineBreaks_CountsEmptySteps(string text, string[] steps) =>
        Assert.Equal(steps, StepSegmenter.Split(text, Lines).Select(s => s.Text));

    [Theory]
    [InlineData("\n\na\n\nb", new[] { "a", "b" })]
    [InlineData("\n \n", new[] { "" })]
    public void Split_MergeBlank_JoinsThemToTheirNeighbour(string text, string[] steps) =>
        Assert.Equal(steps, StepSegmenter.Split(text, Lines.With(new { MergeBlank = true })).Select(s => s.Text));

    [Fact]
    public void Split_NumberedSteps_BeginAtTheirHeadings()
    {
        StepOptions options = new() { Boundary = StepBoundary.NumberedStep };
        Assert.Equal(
            ["intro\n", "Step 1: a\n", "**step 2** b (see Step 1)"],
            StepSegmenter.Split("intro\nStep 1: a\n**step 2** b (see Step 1)", options).Select(s => s.Text)
        );
    }

    [Fact]
    public void Split_Paragraphs_EndAtBlankLines() =>
        Assert.Equal(["a\nb", "c"], StepSegmenter.Split("a\nb\n \n\nc", new() { Boundary = StepBoundary.Paragraph }).Select(s => s.Text));

    [Fact]
    public void Locate_DelimiterMergedWithWhatFollows_EndsAtThatToken()
    {
        // tokens: "a", "\n\nb", "c", "<end>"
        ResponseSteps steps = StepSegmenter.Locate("a\n\nbc", [1, 4, 5, 5], truncated: false, Lines);
        Assert.Equal([1, 3], steps.Ends);
        Assert.Equal(["a\n", "bc"], steps.Texts);
        Assert.Equal([true, true], steps.Complete);
    }

    [Theory]
    [InlineData(StepBoundary.Paragraph, "a\n\nb\n \n\nc", "a\n\nb\n \n\nc")]
    [InlineData(StepBoundary.NumberedStep, "a\nStep 1\nStep 2", "a\nStep 1\nStep 2")]
    [InlineData(StepBoundary.Delimiter, "a\n \nb", "a\n \nb")]
    public void Locate_StepsThatEndInOneToken_KeepWhatStoodBetweenThem(StepBoundary boundary, string text, string expected) =>
        Assert.Equal(
            [expected],
            StepSegmenter.Locate(text, [text.Length], truncated: false, new() { Boundary = boundary, MergeBlank = true }).Texts
        );

    [Fact]
    public void Locate_CutOffLastStep_IsThereButNotComplete()
    {
        ResponseSteps steps = StepSegmenter.Locate("ab\ncd", [1, 2, 3, 4, 5], truncated: true, Lines);
        Assert.Equal([2, 4], steps.Ends);
        Assert.Equal([true, false], steps.Complete);
    }

    [Fact]
    public void Locate_EveryText_CoversAllTokensOnceInOrder() =>
        Gen.Select(
                Gen.OneOf(Gen.Const('a'), Gen.Const('\n'), Gen.Const(' '), Gen.Const('é')).Array[0, 20].Select(c => new string(c)),
                Gen.Int[1, 3],
                Gen.Bool,
                Gen.Bool
            )
            .Sample(
                (text, stride, merge, endToken) =>
                {
                    int bytes = System.Text.Encoding.UTF8.GetByteCount(text);
                    List<int> tokenEnds = [];
                    for (int end = stride; end < bytes + stride; end += stride)
                    {
                        tokenEnds.Add(Math.Min(end, bytes));
                    }

                    if (endToken)
                    {
                        tokenEnds.Add(bytes);
                    }

                    ResponseSteps steps = StepSegmenter.Locate(
                        text,
                        tokenEnds,
                        truncated: !endToken,
                        Lines.With(new { MergeBlank = merge })
                    );
                    bool covered = text.Length == 0 ? steps.Count == 0 : steps.Ends[^1] == tokenEnds.Count - 1;
                    return covered
                        && steps.Ends.SequenceEqual(steps.Ends.Distinct().Order())
                        && steps.Texts.Count == steps.Count
                        && steps.Complete.Count == steps.Count;
                }
            );
}
