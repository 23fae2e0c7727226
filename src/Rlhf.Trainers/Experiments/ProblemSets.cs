using Rlhf.Datasets;

namespace Rlhf.Trainers.Experiments;

/// <summary>Opens the problems that options describe.</summary>
internal static class ProblemSets
{
    /// <summary>Reads a file whole, or makes a generator.</summary>
    public static IProblemSource Open(DatasetOptions options) => options.Path is { } path
        ? JsonLinesProblems.Load(path, new()
        {
            Schema = options.Schema,
            Question = options.Question,
            Answer = options.Answer,
            Solution = options.Solution,
            Limit = options.Limit,
        })
        : new WordProblemGenerator(options.Generator!);
}
