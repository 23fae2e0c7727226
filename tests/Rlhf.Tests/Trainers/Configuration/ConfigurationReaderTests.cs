using System.Collections;
using Rlhf.Tests.Trainers.Experiments;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Configuration;

public class ConfigurationReaderTests
{
    [Fact]
    public void LaterSources_Win_WhateverTheCaseOfTheirKeys()
    {
        ExperimentOptions options = Read(
            ["algorithm:GROUPSIZE=6", "--Run:Seed=11", "Rewards:Weights:verifier=2.5", "Run:Name=007"],
            new()
            {
                ["RLHF_Algorithm__GroupSize"] = "5",
                ["RLHF_Sft__BatchSize"] = "3",
                ["RLHF_LONG"] = "1",
            }
        ).Options;
        Assert.Equal(6, options.Algorithm.SamplesPerPrompt);
        Assert.Equal(3, options.Sft!.BatchSize);
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
    [InlineData("RLHF_Sft__BatchSiz", "3", "batchSize", "the environment")]
    [InlineData("RLHF_BATCHSIZE", "3", "RLHF_BATCHSIZE", "RLHF_Section__Key")]
    [InlineData("RLHF_Sft__BatchSize", "three", "sft:batchSize", "the environment")]
    [InlineData("RLHF_Sft__BatchSize", "0", "sft:batchSize", "the environment")]
    [InlineData("RLHF_Algorithm__Advantage__Credit", "episodic", "algorithm:advantage:credit", "the environment")]
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

    [Fact]
    public void SeveralUnknownKeys_AreAllNamed()
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            Read(["Run:Sed=1", "Sft:Stps=4", "Algorithm:Iteration=3"], [])
        );
        Assert.All((string[])["Sed", "Stps", "Iteration"], k => Assert.Contains(k, e.Message, StringComparison.OrdinalIgnoreCase));
    }

    private static void Refused(string[] words, Dictionary<string, string> environment, params string[] mentions)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Read(words, environment));
        Assert.All(mentions, m => Assert.Contains(m, e.Message, StringComparison.OrdinalIgnoreCase));
    }

    private static ResolvedConfiguration<ExperimentOptions> Read(string[] words, Dictionary<string, string> environment) =>
        ExperimentRun.Read(ConfigurationSources.FromCommandLine(words, MathGrpoProgram.Tiny, (IDictionary)environment));
}
