using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using Rlhf.Tests.Trainers.Experiments;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Configuration;

/// <summary>What is refused, and that the message leads to what was meant.</summary>
public sealed class ConfigurationMessagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-messages-").FullName;

    [Theory]
    [InlineData("Run:Name=a~")]
    [InlineData("Run:Name=\"~\"")]
    [InlineData("Run:~=1")]
    public void Override_ThatIsNoUnicode_IsRefused(string word)
    {
        // An attribute cannot hold one.
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Read(word.Replace('~', '\uD800')));
        Assert.Contains("half of a surrogate pair", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phases.grpo.groupSize=4", "Sections are separated by ':', as in phases:grpo:groupSize.")]
    [InlineData("groupSize=4", "Did you mean phases:grpo:groupSize?")]
    [InlineData("learning_rate=0.1", "Did you mean phases:grpo:optimizer:learningRate or phases:sft:optimizer:learningRate?")]
    [InlineData("Phases:grpo:group_size=4", "Did you mean groupSize?")]
    [InlineData("Phases:grpo:gruopSize=4", "Did you mean groupSize?")]
    [InlineData("Rewards:Shaping:0:type=clp", "Did you mean clip?")]
    [InlineData("Rewards:Sources:0:type=lastnumber", "Did you mean last_number?")]
    [InlineData("Rewards:Sources:0:type=last", "Did you mean last_number?")]
    [InlineData("Phases:grpo:type=gpro", "Did you mean grpo?")]
    [InlineData("Phases:grpo:Advantage:Credit=epsiode", "Did you mean episode?")]
    [InlineData("Phases:sft:Optimizer:Decay=cosin", "Did you mean cosine?")]
    [InlineData("Prompt:Chat=qwen-3", "Did you mean qwen3?")]
    [InlineData("Compute:Device=gpu", "compute:device is gpu (from the command line): must be auto, cpu, cuda or cuda:N")]
    [InlineData("Compute:Device=cuda:x", "must be auto, cpu, cuda or cuda:N")]
    [InlineData("Compute:Dtype=bf16", "must be auto, float32 or bfloat16")]
    [InlineData("Model:Path=", "model:path (from the command line): it is empty; give a path, or leave the key out.")]
    [InlineData("Data:Train:Path= ", "data:train:path (from the command line): it is empty")]
    [InlineData("Phases:grpo:Optimizer:LearningRate=1e999", "phases:1:optimizer:learningRate")]
    [InlineData("Rewards:Weights:verifier=null", "rewards:weights:verifier")]
    public void Value_ThatIsNotKnown_LeadsToTheOneThatWasMeant(string word, string message)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Read(word));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", e.Message, StringComparison.Ordinal);
        Assert.Single(e.Message.Split('\n'));
    }

    [Theory]
    [InlineData("-Phases:sft:Iterations=3", "'-Phases:sft:Iterations=3' is not understood. Did you mean Phases:sft:Iterations=3?")]
    [InlineData("/Phases:sft:Iterations=3", "Did you mean Phases:sft:Iterations=3?")]
    [InlineData("Phases:sft:Iterations", "'Phases:sft:Iterations' is not understood.")]
    [InlineData("=3", "'=3' is not understood.")]
    [InlineData("--config", "The file's name is missing.")]
    [InlineData("--config=", "names no file")]
    [InlineData("nowhere.json", "configuration file nowhere.json cannot be read")]
    public void Word_ThatIsNoOption_IsRefusedWithTheRightForm(string word, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Read(word)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnOptionInTwoWords_IsAnsweredWithOne() =>
        Assert.Contains(
            "Did you mean Phases:sft:Iterations=3?",
            Assert.Throws<ConfigurationException>(() => Read("--Phases:sft:Iterations", "3")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void ABareFile_IsTheConfiguration_AndTwoAreRefused()
    {
        string file = Write(Encoding.UTF8.GetBytes(MathGrpoProgram.Tiny));
        ConfigurationSources sources = ConfigurationSources.FromCommandLine([file, "Run:Seed=5", "Run:Seed=6"], "{}");
        Assert.Equal(file, sources.File);
        Assert.Equal(6, ExperimentRun.Read(sources).Options.Run.Seed);
        Assert.Contains(
            "two configuration files are named",
            Assert.Throws<ConfigurationException>(() => ConfigurationSources.FromCommandLine(["--config", file, file], "{}")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void AVariableThatMeansNothing_GetsNoHintToTheLibrarysOwnTests()
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            ConfigurationSources.FromCommandLine(
                [],
                MathGrpoProgram.Tiny,
                (IDictionary)
                    new Dictionary<string, string>
                    {
                        ["RLHF_LIBTORHC"] = "/x",
                        ["RLHF_LONG"] = "1",
                        ["RLHF_UPDATE_DOCS"] = "1",
                    }
            )
        );
        Assert.Contains("RLHF_LIBTORHC means nothing. Did you mean RLHF_LIBTORCH?", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("RLHF_LONG", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("RLHF_PEER", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "run": { "name": "\ud800" } }""", "line 1", "run.name", "half of a surrogate pair")]
    [InlineData("""{ "run": { "\udc00": 1 } }""", "line 1", "half of a surrogate pair")]
    [InlineData("{ \"run\": {\n \"seed\": 1,\n \"seed\": 2 } }", "line 3", "run.seed", "stands twice")]
    [InlineData("""{ "phases": [ { "iterations": 3 } ] }""", "phases:0", "a phase is an object with a \"type\": grpo, sft")]
    [InlineData("""{ "phases": [ { "type": null } ] }""", "phases:0")]
    [InlineData("""{ "phases": [ { "type": 3 } ] }""", "phases:0")]
    [InlineData("""{ "phases": {} }""", "phases")]
    [InlineData("""{ "rewards": { "sources": [ null ] } }""", "rewards:sources:0", "must not be null")]
    [InlineData("""{ "rewards": { "sources": [ { "type": 3 } ] } }""", "rewards:sources:0", "\"type\"")]
    [InlineData(
        """{ "rewards": { "sources": [ { "type": "math", "markers": [ null ] } ] } }""",
        "rewards:sources:0:markers:0",
        "must not be null"
    )]
    [InlineData("""{ "run": { "seed": 1, "SEED": 2 } }""", "run", "stands twice")]
    [InlineData("""{ "run": { "$type": "x" } }""", "run")]
    [InlineData("""{ "run": { "seed": 1e40 } }""", "run:seed", "a whole number")]
    [InlineData("""{ "rewards": { "scoring": { "deadline": "soon" } } }""", "rewards:scoring:deadline", "a time such as")]
    public void Document_ThatIsDamaged_IsRefusedWithItsPlace(string json, params string[] mentions)
    {
        foreach (string? file in (string?[])[null, "my.json"])
        {
            ConfigurationException e = Assert.Throws<ConfigurationException>(() => ExperimentRun.Read(new() { Json = json, File = file }));
            Assert.All(mentions, m => Assert.Contains(m, e.Message, StringComparison.OrdinalIgnoreCase));
            Assert.Contains(file ?? "the built-in configuration", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Rlhf.", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFileThatIsNoUtf8_IsRefusedWithTheByte()
    {
        foreach (
            byte[] bytes in (byte[][])
                [
                    [.. "{ \"run\": { \"name\": \""u8, 0xff, .. "\" } }"u8],
                    Encoding.Unicode.GetPreamble(),
                ]
        )
        {
            string file = Write(bytes);
            ConfigurationException e = Assert.Throws<ConfigurationException>(() => ConfigurationSources.FromFile(file));
            Assert.Contains(file, e.Message, StringComparison.Ordinal);
            Assert.Contains("is no UTF-8", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal("{}", ConfigurationSources.FromFile(Write([0xef, 0xbb, 0xbf, .. "{}"u8])).Json);
    }

    [Fact]
    public void AMessage_QuotesLittleOfAValue()
    {
        string message = Assert.Throws<ConfigurationException>(() => Read($"Compute:Device={new string('x', 5000)}")).Message;
        Assert.InRange(message.Length, 200, 500);
    }

    [Theory]
    [InlineData("checkpoints/grpo-000002", "it is a checkpoint")]
    [InlineData("checkpoints/best", "'best' names a checkpoint")]
    [InlineData("checkpoints", "it is a run's folder")]
    [InlineData("", "it is a run's folder")]
    [InlineData("best", "'best' names a checkpoint")]
    public void ACheckpointsOuterFolderOrBest_IsAnsweredWithTheModelsPath(string path, string what)
    {
        string best = Path.Combine(_folder, "checkpoints", "grpo-000002", "model");
        Directory.CreateDirectory(best);
        File.WriteAllText(Path.Combine(best, "config.json"), "{}");
        File.WriteAllText(Path.Combine(_folder, "checkpoints", "best"), "grpo-000002");
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Model(Path.Combine(_folder, path)));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Write {best}.", e.Message, StringComparison.Ordinal);
        Assert.Equal(best, Model(best).Path);
    }

    [Fact]
    public void AdaptersAlone_AreAnsweredWithWhatIsMissing()
    {
        string model = Path.Combine(_folder, "checkpoints", "grpo-000002", "model");
        Directory.CreateDirectory(model);
        File.WriteAllText(Path.Combine(model, "adapter_config.json"), "{}");
        foreach (string path in (string[])[model, Path.GetDirectoryName(model)!])
        {
            Assert.Contains(
                "holds adapters without the model that they belong to",
                Assert.Throws<ConfigurationException>(() => Model(path)).Message,
                StringComparison.Ordinal
            );
        }

        Assert.Contains(
            "there is no such folder",
            Assert.Throws<ConfigurationException>(() => Model(_folder + "x")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "holds no config.json",
            Assert.Throws<ConfigurationException>(() => Model(Path.Combine(_folder, "checkpoints"))).Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(byte[] bytes)
    {
        string file = Path.Combine(_folder, "my.json");
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static ModelOptions Model(string path)
    {
        JsonNode json = JsonNode.Parse(MathGrpoProgram.Tiny)!;
        json["model"] = new JsonObject { ["path"] = path };
        return ExperimentRun.Read(new() { Json = json.ToJsonString() }).Options.Model;
    }

    private static ResolvedConfiguration<ExperimentOptions> Read(params string[] words) =>
        ExperimentRun.Read(ConfigurationSources.FromCommandLine(words, MathGrpoProgram.Tiny, new Dictionary<string, string>()));
}
