using Microsoft.Extensions.Logging;
using Rlhf.Datasets;

namespace Rlhf.Trainers.Experiments;

/// <summary>Opens the problems that options describe.</summary>
internal static partial class ProblemSets
{
    /// <summary>Reads a file whole, or makes a generator; leaves out problems whose prompt is too long, and says how many.</summary>
    /// <param name="options">The set.</param>
    /// <param name="key">Its configuration key, for messages.</param>
    /// <param name="formatter">Makes prompts.</param>
    /// <param name="maxTokens">The longest prompt in tokens.</param>
    /// <param name="logger">Is told what was left out.</param>
    /// <exception cref="InvalidDataException">A line of the file cannot be read, or no problem is left.</exception>
    public static IProblemSource Open(DatasetOptions options, string key, PromptFormatter formatter, int maxTokens, ILogger logger)
    {
        IProblemSource problems = Open(options);
        int[] kept = [.. Enumerable.Range(0, problems.Count).Where(i => formatter.Fits(problems[i], maxTokens))];
        if (kept.Length == problems.Count)
        {
            return problems;
        }

        if (kept.Length == 0)
        {
            throw new InvalidDataException(
                $"{key}: every one of its {problems.Count} problems has a prompt of more than {maxTokens} tokens. Raise Prompt:MaxTokens, or shorten Prompt:Template."
            );
        }

        LogLeftOut(logger, key, problems.Count - kept.Length, problems.Count, maxTokens);
        return new Subset(problems, kept);
    }

    /// <summary>Reads a file whole, or makes a generator.</summary>
    public static IProblemSource Open(DatasetOptions options) =>
        options.Path is { } path
            ? JsonLinesProblems.Load(
                path,
                new()
                {
                    Schema = options.Schema,
                    Question = options.Question,
                    Answer = options.Answer,
                    Solution = options.Solution,
                    Id = options.Id,
                    Limit = options.Limit,
                }
            )
            : new WordProblemGenerator(options.Generator!);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Key}: {LeftOut} of {Problems} problems are left out, their prompts have more than {MaxTokens} tokens (Prompt:MaxTokens)."
    )]
    private static partial void LogLeftOut(ILogger logger, string key, int leftOut, int problems, int maxTokens);

    private sealed class Subset(IProblemSource problems, int[] kept) : IProblemSource
    {
        public int Count => kept.Length;

        public Problem this[int index] => problems[kept[index]];
    }
}
