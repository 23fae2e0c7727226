using System.Text.Json;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Policy;

namespace PaperClaims;

/// <summary>What the studies share. Chosen on seeds below 100, which no page reports.</summary>
internal static class Settings
{
    public const int Prompts = 24;
    public const int GroupSize = 8;
    public const double LearningRate = 3e-4;

    public static GrpoOptions Algorithm(int iterations) =>
        new()
        {
            Iterations = iterations,
            PromptsPerIteration = Prompts,
            GroupSize = GroupSize,
            Rollout = new() { MaxNewTokens = 96, Slots = Prompts * GroupSize },
            Optimizer = new() { LearningRate = LearningRate, WarmupSteps = 3 },
        };

    /// <summary>An experiment on chains; data, model and run are filled in by the runner.</summary>
    public static ExperimentOptions Experiment(AlgorithmOptions algorithm, RewardOptions rewards) =>
        new()
        {
            Phases = [algorithm],
            Rewards = rewards,
            Data = new() { Train = new(), Test = new() },
        };

    public static string Snake<T>(T value)
        where T : Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
