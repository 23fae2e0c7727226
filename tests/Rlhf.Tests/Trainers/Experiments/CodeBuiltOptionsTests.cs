using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Scoring;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Monitoring;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Policy;
using Rlhf.Verification;

namespace Rlhf.Tests.Trainers.Experiments;

/// <summary>Options that are built in code are held to the same rules as those that are read from JSON.</summary>
public sealed class CodeBuiltOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-code-options-").FullName;

    public static TheoryData<string, Func<ExperimentOptions, ExperimentOptions>> Wrong { get; } =
        new()
        {
            { "phases:0:iterations is -5", o => o with { Phases = [o.Phases[0] with { Iterations = -5 }] } },
            {
                "phases:1:rollout:temperature is NaN",
                o => o with { Phases = [o.Phases[0], (GrpoOptions)o.Phases[^1] with { Rollout = new() { Temperature = double.NaN } }] }
            },
            {
                "phases:1:optimizer:learningRate is -1",
                o => o with { Phases = [o.Phases[0], (GrpoOptions)o.Phases[^1] with { Optimizer = new() { LearningRate = -1 } }] }
            },
            { "phases:1:rollout", o => o with { Phases = [o.Phases[0], (GrpoOptions)o.Phases[^1] with { Rollout = null! }] } },
            { "rewards:weights:verifier is Infinity", o => Weighted(o, double.PositiveInfinity) },
            { "rewards:sources:1", o => o with { Rewards = o.Rewards with { Sources = [o.Rewards.Sources[0], null!] } } },
            {
                "rewards:sources:0:search is 77",
                o => o with { Rewards = o.Rewards with { Sources = [new LastNumberOptions { Search = (NumberSearch)77 }] } }
            },
            { "prompt:template is what?", o => o with { Prompt = new() { Template = "what?" } } },
            { "compute:device is gpu", o => o with { Compute = new() { Device = "gpu" } } },
            { "evaluation:every is -1", o => o with { Evaluation = new() { Every = -1 } } },
            { "data:unreadableAnswers is 9", o => o with { Data = o.Data with { UnreadableAnswers = (UnreadableAnswers)9 } } },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Execute_OptionsOutOfRange_AreRefusedByTheirPath(string message, Func<ExperimentOptions, ExperimentOptions> change)
    {
        ResolvedConfiguration<ExperimentOptions> read = ExperimentRun.Read(
            new ConfigurationSources { Json = MathGrpoProgram.Tiny, Overrides = [new("Run:Folder", Path.Combine(_folder, "run"), "test")] }
        );
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            ExperimentRun.Execute(
                read.With(new { Options = change(read.Options) }),
                (_, _) => new NoRecorder(),
                _ => Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
            )
        );
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "run")));
    }

    [Fact]
    public void Execute_ADeviceThatIsNotThere_IsRefusedByItsKey()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is a card");
        ResolvedConfiguration<ExperimentOptions> read = ExperimentRun.Read(
            ConfigurationSources.FromCommandLine(
                ["Compute:Device=cuda", "Run:Folder=" + Path.Combine(_folder, "run")],
                MathGrpoProgram.Tiny,
                new Dictionary<string, string>()
            )
        );
        ConfigurationException e = Assert.Throws<ConfigurationException>(() =>
            ExperimentRun.Execute(read, (_, _) => new NoRecorder(), _ => Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
        );
        Assert.StartsWith("compute:device (from the command line): device is 'cuda'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_OptionsOutOfRange_AreRefusedByTheirPath()
    {
        using CausalLm model = CausalLm.Create(SmallModel.Llama(20, 0), seed: 1);
        Refused("learningRate is -1", () => new AdamWOptimizer(model.NamedParameters, new() { LearningRate = -1 }, 1));
        Refused("totalSteps", () => new AdamWOptimizer(model.NamedParameters, new(), 0));
        using AdamWOptimizer optimizer = new(model.NamedParameters, new(), 1);
        PolicyUpdateSettings settings = new(new ClippedPolicyLoss(new()), LossAggregation.TokenMean, 2, null, 0, 1, 1, 1, 16);
        Refused("epochs is 0", () => new PolicyUpdate(model, optimizer, settings.With(new { Epochs = 0 })));
        Refused(
            "kl:coefficient is -1",
            () => new PolicyUpdate(model, optimizer, settings.With(new { Kl = new KlOptions { Coefficient = -1 } }))
        );
        Refused("temperature is 0", () => new PolicyUpdate(model, optimizer, settings.With(new { Temperature = 0 })));
        Refused("MissesToGiveUp (0)", () => new RewardScorer([], new() { MissesToGiveUp = 0 }));
        Refused("name is empty", () => Verifiers.Math(new() { Name = "" }));
        Refused("markers:0", () => Verifiers.Math(new() { Markers = [null!] }));
        Refused("rank is 0", () => model.AddAdapters(new() { Rank = 0 }, 1));
        Refused("HackingMonitorOptions: window is", () => new HackingMonitor(new() { Window = -1 }, "verifier", []));
        Refused("device", () => Rlhf.Runtime.ComputeEnvironment.Resolve(new() { Device = "gpu" }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ExperimentOptions Weighted(ExperimentOptions options, double weight) =>
        options with
        {
            Rewards = options.Rewards with { Weights = new Dictionary<string, double> { ["verifier"] = weight } },
        };

    private static void Refused(string message, Func<object> make) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    private static void Refused(string message, Action make) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    private sealed class NoRecorder : IRunRecorder;
}
