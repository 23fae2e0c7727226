namespace Rlhf.Trainers.Experiments;

/// <summary>Says of a path that is no model's folder which one was meant.</summary>
internal static class ModelFolder
{
    private const string Config = "config.json";
    private const string Adapters = "adapter_config.json";
    private const string Checkpoints = "checkpoints";

    // Files that name a checkpoint beside them, the better one first.
    private static readonly string[] Pointers = ["best", "newest"];

    /// <summary>What is wrong with a path, with the right one where it can be seen; null where it may hold a model.</summary>
    public static string? Fault(string path)
    {
        if (File.Exists(Path.Combine(path, Config)))
        {
            return null;
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return File.Exists(Path.Combine(path, Adapters)) ? AdaptersOnly(path)
            : IsCheckpoint(path) ? Named("it is a checkpoint, whose model lies in a folder of it", path)
            : Pointers.Contains(name) && parent is not null && Pointed(parent, name) is { } pointed
                ? Named($"'{name}' names a checkpoint and is none itself", pointed)
            : Pointers.Select(p => Pointed(path, p)).FirstOrDefault(p => p is not null) is { } inRun
                ? Named("it is a run's folder or holds its checkpoints", inRun)
            : File.Exists(path) ? "it is a file; name the folder that holds config.json, the weights and tokenizer.json."
            : Directory.Exists(path) ? $"the folder holds no {Config}; name one with config.json, the weights and tokenizer.json."
            : "there is no such folder.";
    }

    private static bool IsCheckpoint(string path) => Directory.Exists(Path.Combine(path, CheckpointFiles.Model));

    // The checkpoint that best or newest names, in a folder of checkpoints or a run's folder.
    private static string? Pointed(string folder, string pointer) =>
        ((string[])[folder, Path.Combine(folder, Checkpoints)])
            .Select(f => (Folder: f, File: Path.Combine(f, pointer)))
            .Where(f => File.Exists(f.File))
            .Select(f => Path.Combine(f.Folder, File.ReadAllText(f.File).Trim()))
            .FirstOrDefault(IsCheckpoint);

    private static string Named(string what, string checkpoint)
    {
        string model = Path.Combine(checkpoint, CheckpointFiles.Model);
        return File.Exists(Path.Combine(model, Adapters)) && !File.Exists(Path.Combine(model, Config))
            ? $"{what}: {model}. {AdaptersOnly(model)}"
            : $"{what}. Write {model}.";
    }

    private static string AdaptersOnly(string folder) =>
        $"{folder} holds adapters without the model that they belong to; name that model's folder here, and resume the run (Run:Folder, Run:Resume=true) to go on with the adapters.";
}
