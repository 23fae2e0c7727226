using System.Text.Json.Nodes;
using Rlhf.Json;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>What may have changed between a run's stop and its resume, and what would make it another run.</summary>
internal static class ResumeChecks
{
    private const string Iterations = "algorithm:iterations";
    private const string Optimizer = "algorithm:optimizer";
    private const string Decay = Optimizer + ":decay";
    private const string Compute = "compute:";

    // Where a run lies, that it resumes, and whether the machine may be another one.
    private static readonly string[] Free = ["run:folder", "run:resume", "run:allowOtherEnvironment"];

    private static readonly string[] ScheduleKeys =
    [
        Optimizer + ":learningRate",
        Optimizer + ":warmupSteps",
        Decay,
        Optimizer + ":finalFraction",
    ];

    /// <summary>
    /// Compares a configuration with the one that the run in a folder had. More iterations may be asked for: with a constant learning rate
    /// as they are, else with a new schedule.
    /// </summary>
    /// <exception cref="RunFolderException">They differ otherwise, or the folder's cannot be read.</exception>
    public static void RequireSameConfiguration(ResolvedConfiguration<ExperimentOptions> configuration, RunFolder folder)
    {
        if (!File.Exists(folder.Configuration))
        {
            return;
        }

        string before = File.ReadAllText(folder.Configuration);
        (string Key, string Text)[] differences =
        [
            .. Differences(configuration, before, folder.Configuration)
                .Select(d => (Key: d[..d.IndexOf(' ', StringComparison.Ordinal)], Text: d))
                .Where(d => !Free.Contains(d.Key))
                .Where(d => !(configuration.Options.Run.AllowOtherEnvironment && d.Key.StartsWith(Compute, StringComparison.Ordinal))),
        ];
        if (differences.Any(d => d.Key == Iterations) && MoreIterations(configuration.Options, before, folder.Configuration) is { } added)
        {
            bool newSchedule = differences.Any(d => ScheduleKeys.Contains(d.Key));
            if (!newSchedule && added.Decay != LearningRateDecay.Constant)
            {
                throw new RunFolderException(
                    $"{folder.Folder}: {Iterations} is {configuration.Options.Algorithm.Iterations} and was {added.Before}, and the learning rate falls along a {added.Decay.ToString().ToLowerInvariant()} schedule that was made for {added.Before}. "
                        + "Name the schedule of the iterations added, for instance Algorithm:Optimizer:Decay=constant with Algorithm:Optimizer:LearningRate; it begins where the run stands."
                );
            }

            differences = [.. differences.Where(d => d.Key != Iterations && !ScheduleKeys.Contains(d.Key))];
        }

        if (differences.Length > 0)
        {
            throw new RunFolderException(
                $"{folder.Folder} holds a run with another configuration: {string.Join("; ", differences.Select(d => d.Text))}. Resume it with the same one, or choose another Run:Folder."
            );
        }
    }

    /// <summary>A saved state whose phase was given more iterations since: it goes on, from where it stands.</summary>
    /// <param name="state">The state.</param>
    /// <param name="steps">The phase's iterations now.</param>
    /// <param name="optimizer">The phase's rates now; where they differ from the saved ones, their schedule begins here.</param>
    public static TrainingState WithMoreIterations(TrainingState state, int steps, OptimizerOptions optimizer)
    {
        if (steps <= state.PlannedSteps)
        {
            return state;
        }

        ScheduleState same = ScheduleState.Of(optimizer, state.Schedule?.Start ?? 0);
        bool stoppedEarly = state.PhaseIsOver && state.Step < state.PlannedSteps;
        return state with
        {
            PlannedSteps = steps,
            PhaseIsOver = false,
            AccuracyAfter = null,
            Schedule = same == state.Schedule ? same : ScheduleState.Of(optimizer, state.OptimizerSteps),
            EvaluationsWithoutBest = stoppedEarly ? 0 : state.EvaluationsWithoutBest,
        };
    }

    private static (int Before, LearningRateDecay Decay)? MoreIterations(ExperimentOptions options, string before, string file)
    {
        JsonNode root = JsonNode.Parse(before)!;
        JsonNode? count = At(root, Iterations),
            name = At(root, Decay);
        if (count is not JsonValue number || !number.TryGetValue(out int iterations) || iterations < 0)
        {
            throw Damaged(file, Iterations, count, "a whole number");
        }

        if (
            name is not JsonValue text
            || !text.TryGetValue(out string? word)
            || !Enum.GetNames<LearningRateDecay>().Contains(word, StringComparer.OrdinalIgnoreCase)
        )
        {
            throw Damaged(file, Decay, name, $"one of {string.Join(", ", Enum.GetNames<LearningRateDecay>()).ToLowerInvariant()}");
        }

        return iterations < options.Algorithm.Iterations ? (iterations, Enum.Parse<LearningRateDecay>(word, ignoreCase: true)) : null;
    }

    // A value by its key; null where something on the way is no object or has no such member.
    private static JsonNode? At(JsonNode? node, string key) =>
        key.Split(':').Aggregate(node, (within, name) => within is JsonObject members ? members[name] : null);

    private static RunFolderException Damaged(string file, string key, JsonNode? value, string rule) =>
        new(
            $"{file} is damaged, so that it cannot be seen whether the run there had this configuration: {key} is {JsonText.Quote(value?.ToJsonString() ?? "null")}; it must be {rule}. Put the file back, or choose another Run:Folder."
        );

    private static IReadOnlyList<string> Differences(ResolvedConfiguration<ExperimentOptions> configuration, string before, string file)
    {
        try
        {
            return configuration.DifferencesFrom(before);
        }
        catch (JsonTextException e)
        {
            throw new RunFolderException(
                $"{file} is damaged, so that it cannot be seen whether the run there had this configuration: {e.Message} Put the file back, or choose another Run:Folder.",
                e
            );
        }
    }
}
