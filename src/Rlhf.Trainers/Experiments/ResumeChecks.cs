using System.Globalization;
using System.Text.Json.Nodes;
using Rlhf.Json;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Runs;
using Rlhf.Trainers.Sft;

namespace Rlhf.Trainers.Experiments;

/// <summary>What may have changed between a run's stop and its resume, and what would make it another run.</summary>
internal static class ResumeChecks
{
    private const string Compute = "compute:";

    // Where a run lies, that it resumes, and whether the machine may be another one.
    private static readonly string[] Free = ["run:folder", "run:resume", "run:allowOtherEnvironment"];

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

        // Only the last phase can be given more: those before it are over when it begins.
        int last = configuration.Options.Phases.Count - 1;
        string iterations = $"phases:{last}:iterations",
            optimizer = $"phases:{last}:optimizer";
        string[] scheduleKeys =
        [
            optimizer + ":learningRate",
            optimizer + ":warmupSteps",
            optimizer + ":decay",
            optimizer + ":finalFraction",
        ];
        (string Key, string Text)[] differences =
        [
            .. Differences(configuration, before, folder.Configuration)
                .Select(d => (Key: d[..d.IndexOf(' ', StringComparison.Ordinal)], Text: d))
                .Where(d => !Free.Contains(d.Key))
                .Where(d => !(configuration.Options.Run.AllowOtherEnvironment && d.Key.StartsWith(Compute, StringComparison.Ordinal))),
        ];
        if (
            differences.Any(d => d.Key == iterations)
            && MoreIterations(configuration.Options.Phases[last], before, iterations, optimizer, folder.Configuration) is { } added
        )
        {
            bool newSchedule = differences.Any(d => scheduleKeys.Contains(d.Key));
            if (!newSchedule && added.Decay != LearningRateDecay.Constant)
            {
                throw new RunFolderException(
                    $"{folder.Folder}: {iterations} is {configuration.Options.Phases[last].Iterations} and was {added.Before}, and the learning rate falls along a {added.Decay.ToString().ToLowerInvariant()} schedule that was made for {added.Before}. "
                        + $"Name the schedule of the iterations added, for instance {optimizer}:decay=constant with {optimizer}:learningRate; it begins where the run stands."
                );
            }

            differences = [.. differences.Where(d => d.Key != iterations && !scheduleKeys.Contains(d.Key))];
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

    private static (int Before, LearningRateDecay Decay)? MoreIterations(
        PhaseOptions phase,
        string before,
        string iterationsKey,
        string optimizerKey,
        string file
    )
    {
        JsonNode root = JsonNode.Parse(before)!;
        string decayKey = optimizerKey + ":decay";
        JsonNode? count = At(root, iterationsKey),
            name = At(root, decayKey);
        if (count is not JsonValue number || !number.TryGetValue(out int iterations) || iterations < 0)
        {
            throw Damaged(file, iterationsKey, count, "a whole number");
        }

        if (At(root, optimizerKey) is null && phase is not (SftOptions or AlgorithmOptions))
        {
            return iterations < phase.Iterations ? (iterations, LearningRateDecay.Constant) : null;
        }

        if (
            name is not JsonValue text
            || !text.TryGetValue(out string? word)
            || !Enum.GetNames<LearningRateDecay>().Contains(word, StringComparer.OrdinalIgnoreCase)
        )
        {
            throw Damaged(file, decayKey, name, $"one of {string.Join(", ", Enum.GetNames<LearningRateDecay>()).ToLowerInvariant()}");
        }

        return iterations < phase.Iterations ? (iterations, Enum.Parse<LearningRateDecay>(word, ignoreCase: true)) : null;
    }

    // A value by its key; null where something on the way is no object or has no such member.
    private static JsonNode? At(JsonNode? node, string key) =>
        key.Split(':')
            .Aggregate(
                node,
                (within, name) =>
                    within switch
                    {
                        JsonObject members => members[name],
                        JsonArray list when int.TryParse(name, CultureInfo.InvariantCulture, out int i) && i < list.Count => list[i],
                        _ => null,
                    }
            );

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
