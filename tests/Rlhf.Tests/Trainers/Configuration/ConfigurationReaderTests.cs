using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Rlhf.Shaping.Stages;
using Rlhf.Tests.Trainers.Experiments;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Sft;

namespace Rlhf.Tests.Trainers.Configuration;

public class ConfigurationReaderTests
{
    [Fact]
    public void LaterSources_Win_WhateverTheCaseOfTheirKeys()
    {
        ExperimentOptions options = Read(
            ["phases:GRPO:GROUPSIZE=6", "--Run:Seed=11", "Rewards:Weights:verifier=2.5", "Run:Name=007"],
            new()
            {
                ["RLHF_Phases__grpo__GroupSize"] = "5",
                ["RLHF_Phases__sft__BatchSize"] = "3",
                ["RLHF_LONG"] = "1",
            }
        ).Options;
        Assert.Equal(6, ((GrpoOptions)options.Phases[1]).GroupSize);
        Assert.Equal(3, ((SftOptions)options.Phases[0]).BatchSize);
        Assert.Equal(11, options.Run.Seed);
        Assert.Equal(2.5, options.Rewards.Weights["verifier"]);
        Assert.Equal("007", options.Run.Name);
    }

    [Fact]
    public void ElementOfAList_IsChanged_NotAdded()
    {
        Assert.Contains("0.7", Read(["Rewards:Shaping:0:share=0.7"], []).ToJson(), StringComparison.Ordinal);
        Refused(["Rewards:Sources:3:type=format"], [], "Rewards:Sources:3", "not added");
    }

    [Fact]
    public void ResolvedConfiguration_ReadAgain_IsTheSame()
    {
        string json = Read([], []).ToJson();
        ResolvedConfiguration<ExperimentOptions> again = ExperimentRun.Read(new() { Json = json });
        Assert.Equal(json, again.ToJson());
        Assert.Empty(again.DifferencesFrom(json));
    }

    [Theory]
    [InlineData("RLHF_Phases__sft__BatchSiz", "3", "batchSize", "the environment")]
    [InlineData("RLHF_BATCHSIZE", "3", "RLHF_BATCHSIZE", "RLHF_Section__Key")]
    [InlineData("RLHF_Phases__sft__BatchSize", "three", "phases:0:batchSize", "the environment")]
    [InlineData("RLHF_Phases__sft__BatchSize", "0", "phases:0:batchSize", "the environment")]
    [InlineData("RLHF_Phases__grpo__Advantage__Credit", "episodic", "phases:1:advantage:credit", "the environment")]
    public void Variable_ThatIsNotUnderstood_IsRefusedWithItsNameAndOrigin(string name, string value, params string[] mentions) =>
        Refused([], new() { [name] = value }, mentions);

    [Theory]
    [InlineData("{", "line 1", "no JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("""{ "run": { "seed": 1, "seed": 2 } }""", "seed")]
    [InlineData("""{ "run": { "sed": 1 } }""", "run:sed", "Did you mean seed?")]
    [InlineData("""{ "run": null }""", "run")]
    [InlineData("""{ "rewards": { "shaping": [ { "channel": "process" } ] } }""", "rewards:shaping:0", "type")]
    [InlineData("""{ "rewards": { "shaping": [ { "type": "clop", "channel": "process" } ] } }""", "clop", "clip")]
    [InlineData("""{ "rewards": { "sources": [ { "type": "format", "nme": "x" } ] } }""", "nme", "name")]
    public void Document_ThatIsNotUnderstood_IsRefused(string json, params string[] mentions)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => ExperimentRun.Read(new() { Json = json }));
        Assert.All(mentions, m => Assert.Contains(m, e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("phases:1:loss", """{ "clipLow": 1.5 }""", "phases:1:loss:clipLow is 1.5", "between 0 and 1")]
    [InlineData("phases:1:loss", """{ "dualClip": 1.1 }""", "phases:1:loss:dualClip is 1.1", "above 1 + clipHigh, 1.2")]
    [InlineData("phases:1:type", "\"gpro\"", "phases:1", "there is no phase type 'gpro'; types: grpo, sft. Did you mean grpo?")]
    [InlineData("prompt:template", "\"{qestion}\"", "prompt:template", "must contain {question}")]
    [InlineData("phases:0:optimizer:decay", "\"cosin\"", "phases:0:optimizer:decay", "one of constant, linear, cosine is needed here")]
    [InlineData("checkpoints:every", "\"ten\"", "checkpoints:every", "a whole number is needed here")]
    [InlineData("evaluation:every", "-1", "evaluation:every is -1", "must be between 0 and")]
    [InlineData("rewards:sources", "[]", "rewards:sources (from", "must not be empty")]
    [InlineData("rewards:sources:1:rule", "\"patern\"", "rewards:sources:1:rule", "one of final_line, boxed, pattern")]
    [InlineData("rewards:shaping:0:share", "\"half\"", "rewards:shaping:0:share", "a number is needed here")]
    [InlineData("rewards:shaping:1", """{ "type": "clip" }""", "rewards:shaping:1", "'channel' must be given")]
    [InlineData("rewards:shaping:1", "null", "rewards:shaping:1 (from", "must not be null")]
    [InlineData("rewards:shaping:1", """{ "type": "gate", "levels": [ null ] }""", "rewards:shaping:1:levels:0", "must not be null")]
    [InlineData("monitor", """{ "action": "stop", "actOn": [] }""", "monitor:actOn (from", "never taken")]
    [InlineData("monitor", """{ "action": "switch_off" }""", "monitor:channels (from", "names the channels to take out")]
    public void Value_ThatCannotWork_IsRefusedWithItsKeyAndWhatIsNeeded(string key, string value, params string[] mentions)
    {
        JsonNode json = JsonNode.Parse(MathGrpoProgram.Tiny)!;
        string[] names = key.Split(':');
        JsonNode place = names
            .SkipLast(1)
            .Aggregate(json, (at, name) => at is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)]! : at[name]!);
        if (place is JsonArray array)
        {
            array[int.Parse(names[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value);
        }
        else
        {
            place[names[^1]] = JsonNode.Parse(value);
        }

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => ExperimentRun.Read(new() { Json = json.ToJsonString() }));
        Assert.All(mentions, m => Assert.Contains(m, e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("System.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rlhf.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralUnknownKeys_AreAllNamed()
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            Read(["Run:Sed=1", "Phases:sft:Stps=4", "Phases:grpo:Iteration=3"], [])
        );
        Assert.All((string[])["Sed", "Stps", "Iteration"], k => Assert.Contains(k, e.Message, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ElementsOfLists_AreCalledByTheirNameOrType_AndTakenOutWithNull()
    {
        ResolvedConfiguration<ExperimentOptions> read = Read(
            ["Phases:grpo:GroupSize=6", "Rewards:Shaping:clip:Share=0.25", "Phases:sft=null"],
            []
        );
        Assert.Equal(6, ((GrpoOptions)Assert.Single(read.Options.Phases)).GroupSize);
        Assert.Equal("the command line", read.OriginOf("phases:0:groupSize"));
        Assert.Equal("the built-in configuration", read.OriginOf("phases:1:groupSize"));
        Assert.Equal(0.25, ((ClipOptions)read.Options.Rewards.Shaping[0]).Share);
    }

    [Theory]
    [InlineData("Phases:ppo:GroupSize=6", "the list has 2 elements, counted from 0 or called sft, grpo")]
    [InlineData("Phases:2:GroupSize=6", "the list has 2 elements")]
    [InlineData("Phases:sft:Name=Sft", "phases:0:name is Sft", "small letter")]
    [InlineData("Phases=null", "phases", "must not be null")]
    [InlineData("Sft:Steps=3", "sft", "is not known", "phases")]
    [InlineData("Algorithm:GroupSize=3", "algorithm", "is not known", "phases")]
    public void Phases_ThatAreNotThere_AreRefusedWithThoseThatAre(string word, params string[] mentions) => Refused([word], [], mentions);

    private static void Refused(string[] words, Dictionary<string, string> environment, params string[] mentions)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Read(words, environment));
        Assert.All(mentions, m => Assert.Contains(m, e.Message, StringComparison.OrdinalIgnoreCase));
    }

    private static ResolvedConfiguration<ExperimentOptions> Read(string[] words, Dictionary<string, string> environment) =>
        ExperimentRun.Read(ConfigurationSources.FromCommandLine(words, MathGrpoProgram.Tiny, (IDictionary)environment));
}
