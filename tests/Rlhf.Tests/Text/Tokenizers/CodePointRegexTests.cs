using System.Text.Json;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.Text.Tokenizers;

/// <summary>Patterns from files, which may ask for endless backtracking.</summary>
public class CodePointRegexTests
{
    // Without GPT-2's look ahead, so that the other engine can run it.
    private const string Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+";

    // On an engine that backtracks this would take longer than there is time.
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(a*)*b")]
    public void Foreign_APatternThatBacktracksWithoutBound_TakesTimeInProportion(string pattern)
    {
        var text = new string('a', 400);
        CodePointRegex regex = CodePointRegex.Foreign(pattern);
        Assert.Empty(regex.Matches(text + "!"));
        Assert.Equal(pattern.EndsWith('$'), regex.Matches(text).Any());
    }

    [Fact]
    public void Foreign_ABoundlessMatchThatLooksAhead_IsAnErrorWithThePattern()
    {
        CodePointRegex regex = CodePointRegex.Foreign("(a+)+(?!b)$");
        Assert.Equal([(0, 20)], regex.Matches(new string('a', 20)));
        TokenizerFormatException e = Assert.Throws<TokenizerFormatException>(() => regex.Matches(new string('a', 200) + "!").ToList());
        Assert.Contains("(a+)+(?!b)$", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_DeeplyNestedGroups_NeitherOverflowNorDiffer() =>
        SmallStack.Run(() =>
        {
            string pattern = new string('(', 3000) + "a" + new string(')', 3000);
            try
            {
                Assert.Equal([(1, 2)], CodePointRegex.Foreign(pattern).Matches("bab"));
            }
            catch (ArgumentException) { }
        });

    [Fact]
    public void Foreign_OnEveryReferenceText_MatchesWhatTheOtherEngineMatches()
    {
        string[] texts =
        [
            .. File.ReadLines(Path.Combine(SharedData.Require("reference/tokenizers/qwen3"), "encode.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!),
        ];
        CodePointRegex linear = CodePointRegex.Foreign(Words),
            backtracking = new(Words);
        Assert.NotEmpty(texts);
        Assert.All(texts, t => Assert.Equal(backtracking.Matches(t), linear.Matches(t)));
    }
}
