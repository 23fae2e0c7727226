using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rlhf.Json;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Runs;

namespace Rlhf.Trainers.Experiments;

/// <summary>Writes and reads a checkpoint's <c>state.json</c>: every key must be there, and every value must be possible.</summary>
internal static class CheckpointState
{
    /// <summary>The file's name in a checkpoint.</summary>
    public const string FileName = "state.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Writes the file into a folder.</summary>
    public static void Write(string folder, TrainingState state) =>
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(state, Json));

    /// <summary>Reads a checkpoint's file.</summary>
    /// <param name="checkpoint">The checkpoint; its name says phase and iteration, too.</param>
    /// <param name="phases">The run's phases.</param>
    /// <exception cref="InvalidDataException">The file is damaged or of another version; the message names file and key.</exception>
    public static TrainingState Read(SavedCheckpoint checkpoint, IReadOnlyList<string> phases)
    {
        string path = Path.Combine(checkpoint.Folder, FileName);
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Damaged(path, "the file is missing", e);
        }

        TrainingState state;
        try
        {
            using JsonDocument document = JsonText.Parse(text);
            CheckMembers(path, document.RootElement);
            state = JsonText.Deserialize<TrainingState>(text, Json);
        }
        catch (JsonTextException e)
        {
            throw Damaged(path, JsonMessages.Explain(e.Message).TrimEnd('.'), e);
        }

        foreach (string problem in Problems(state, checkpoint, phases))
        {
            throw Damaged(path, problem);
        }

        return state;
    }

    /// <summary>Refuses a checkpoint of another format by its number, whatever else it holds or lacks.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="InvalidDataException">The format is another one.</exception>
    public static void RequireFormat(SavedCheckpoint checkpoint)
    {
        string path = Path.Combine(checkpoint.Folder, FileName);
        try
        {
            using JsonDocument document = JsonText.Parse(File.ReadAllBytes(path));
            CheckFormat(path, document.RootElement);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonTextException)
        {
            // A file that says nothing of its format is damaged; whoever reads it says how.
        }
    }

    /// <summary>Compares what a state says with what the phase that it belongs to does in that many iterations.</summary>
    /// <exception cref="InvalidDataException">They contradict each other.</exception>
    public static void CheckCounts(string folder, TrainingState state, ITrainingPhase phase)
    {
        string path = Path.Combine(folder, FileName);
        long drawn = (long)state.Step * phase.ProblemsPerIteration,
            steps = (long)state.Step * phase.OptimizerStepsPerIteration;
        if (state.Position != drawn)
        {
            throw Damaged(path, Says("position", state.Position, $"{state.Step} iterations draw {drawn} problems"));
        }

        if (state.OptimizerSteps > steps)
        {
            throw Damaged(path, Says("optimizerSteps", state.OptimizerSteps, $"{state.Step} iterations make at most {steps}"));
        }
    }

    private static void CheckMembers(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Damaged(path, "it holds no object");
        }

        CheckFormat(path, root);
        CheckMembers(path, root, typeof(TrainingState), "");
        if (root.GetProperty("schedule") is { ValueKind: JsonValueKind.Object } schedule)
        {
            CheckMembers(path, schedule, typeof(ScheduleState), "schedule.");
        }
    }

    private static void CheckMembers(string path, JsonElement value, Type type, string at)
    {
        string[] known = [.. Json.GetTypeInfo(type).Properties.Select(p => p.Name)];
        if (known.FirstOrDefault(k => !value.TryGetProperty(k, out _)) is { } missing)
        {
            throw Damaged(path, $"'{at}{missing}' is missing");
        }

        if (value.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => !known.Contains(n)) is { } stranger)
        {
            throw Damaged(path, $"'{at}{JsonText.Quote(stranger)}' is no key of a state");
        }
    }

    private static void CheckFormat(string path, JsonElement root)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("formatVersion", out JsonElement version)
            || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out int number)
            || number == TrainingState.Version
        )
        {
            return;
        }

        string from = number < TrainingState.Version ? "an older version" : "a newer version";
        throw new InvalidDataException(
            $"{path}: this is checkpoint format {number} of {from} of the library; this one reads format {TrainingState.Version}. "
                + "Begin the run anew in another Run:Folder, or resume it with the version that wrote it."
        );
    }

    private static IEnumerable<string> Problems(TrainingState state, SavedCheckpoint checkpoint, IReadOnlyList<string> phases)
    {
        string name = Path.GetFileName(checkpoint.Folder);
        if (!phases.Contains(state.Phase))
        {
            yield return $"phase is '{JsonText.Quote(state.Phase)}', and this run has the phases {string.Join(", ", phases)}";
        }

        if (state.Phase != checkpoint.Phase)
        {
            yield return $"phase is '{JsonText.Quote(state.Phase)}' in the checkpoint {name}";
        }

        if (state.Step != checkpoint.Step)
        {
            yield return $"step is {state.Step} in the checkpoint {name}";
        }

        (string Key, long Value)[] counts =
        [
            ("step", state.Step),
            ("plannedSteps", state.PlannedSteps),
            ("position", state.Position),
            ("optimizerSteps", state.OptimizerSteps),
            ("skippedInARow", state.SkippedInARow),
            ("evaluationsWithoutBest", state.EvaluationsWithoutBest),
            ("schedule.start", state.Schedule?.Start ?? 0),
            ("schedule.warmupSteps", state.Schedule?.WarmupSteps ?? 0),
        ];
        foreach ((string key, long value) in counts.Where(c => c.Value < 0))
        {
            yield return Says(key, value, "it cannot be negative");
        }

        if (state.Step > state.PlannedSteps)
        {
            yield return Says("step", state.Step, $"the phase has {state.PlannedSteps} iterations (plannedSteps)");
        }

        if (!state.PhaseIsOver && state.Step == state.PlannedSteps)
        {
            yield return $"phaseIsOver is false after the last of {state.PlannedSteps} iterations";
        }

        (string Key, double? Value)[] accuracies =
        [
            ("accuracyBefore", state.AccuracyBefore),
            ("accuracyAfter", state.AccuracyAfter),
            ("bestAccuracy", state.BestAccuracy),
        ];
        foreach ((string key, double? value) in accuracies.Where(a => a.Value is < 0 or > 1))
        {
            yield return Says(key, value!.Value, "an accuracy lies between 0 and 1");
        }
    }

    private static string Says(string key, IFormattable value, string rule) =>
        $"{key} is {value.ToString(null, CultureInfo.InvariantCulture)}, but {rule}";

    private static InvalidDataException Damaged(string path, string what, Exception? cause = null) =>
        new($"{path}: {what}. The checkpoint is damaged; take its folder away, and the run goes on from the one before it.", cause);
}
