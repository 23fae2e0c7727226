using Microsoft.Extensions.Logging;
using Rlhf.Datasets;
using Rlhf.Json;

namespace Rlhf.Trainers.Experiments;

/// <summary>Opens the problems that options describe.</summary>
internal static partial class ProblemSets
{
    // Ids that a message names; the rest are counted.
    private const int Named = 10;

    /// <summary>
    /// Reads a file whole, or makes a generator; leaves out problems whose prompt is longer than asked for or than the model can take, and
    /// says how many and which.
    /// </summary>
    /// <param name="options">The set.</param>
    /// <param name="key">Its configuration key, for messages.</param>
    /// <param name="formatter">Makes prompts.</param>
    /// <param name="lengths">How long prompts may be.</param>
    /// <param name="logger">Is told what was left out, and how many prompts leave little room for a response.</param>
    /// <param name="notes">Takes what was left out.</param>
    /// <exception cref="InvalidDataException">A line of the file cannot be read, or no problem is left.</exception>
    public static IProblemSource Open(
        DatasetOptions options,
        string key,
        PromptFormatter formatter,
        PromptLengths lengths,
        ILogger logger,
        ICollection<string> notes
    )
    {
        IProblemSource problems = Open(options);
        IProblemSource kept = Keep(
            problems,
            p => formatter.Fits(p, lengths.Most),
            key,
            $"a prompt of more than {lengths.Rule}",
            lengths.Remedy,
            logger,
            notes
        );
        int tight = Enumerable.Range(0, kept.Count).Count(i => !formatter.Fits(kept[i], lengths.WithRoom));
        if (tight > 0)
        {
            LogTight(logger, key, tight, kept.Count, lengths.Response, lengths.Positions);
        }

        return kept;
    }

    /// <summary>The problems with a worked solution that the model can take with its prompt; says which are left out.</summary>
    /// <param name="problems">The problems.</param>
    /// <param name="key">Their configuration key, for messages.</param>
    /// <param name="formatter">Makes prompts and solutions.</param>
    /// <param name="positions">Tokens that the model can take.</param>
    /// <param name="logger">Is told what was left out.</param>
    /// <param name="notes">Takes what was left out.</param>
    /// <exception cref="InvalidDataException">No problem is left.</exception>
    public static IProblemSource Supervised(
        IProblemSource problems,
        string key,
        PromptFormatter formatter,
        int positions,
        ILogger logger,
        ICollection<string> notes
    )
    {
        int[] solved = [.. Enumerable.Range(0, problems.Count).Where(i => problems[i].Solution is not null)];
        return solved.Length == 0
            ? throw new InvalidDataException(
                "No training problem has a worked solution, so there is nothing to imitate. Name the field in Data:Train:Solution or Data:Demonstrations:Solution, or leave the phase out."
            )
            : Keep(
                solved.Length == problems.Count ? problems : new Subset(problems, solved),
                p => formatter.SolvedFits(p, positions),
                $"{key} (supervised)",
                $"a prompt and solution of more than {positions} tokens, which is all that the model can take (max_position_embeddings)",
                "Shorten the solutions or Prompt:Template, or take a model with more positions.",
                logger,
                notes
            );
    }

    private static IProblemSource Keep(
        IProblemSource problems,
        Func<Problem, bool> fits,
        string key,
        string what,
        string remedy,
        ILogger logger,
        ICollection<string> notes
    )
    {
        ILookup<bool, int> fit = Enumerable.Range(0, problems.Count).ToLookup(i => fits(problems[i]));
        int[] kept = [.. fit[true]],
            left = [.. fit[false]];
        if (left.Length == 0)
        {
            return problems;
        }

        if (kept.Length == 0)
        {
            throw new InvalidDataException($"{key}: every one of its {problems.Count} problems has {what}. {remedy}");
        }

        string ids = string.Join(", ", left.Take(Named).Select(i => JsonText.Quote(problems[i].Id)));
        string note =
            $"{key}: {left.Length} of {problems.Count} problems are left out, they have {what}: {ids}{(left.Length > Named ? $" and {left.Length - Named} more" : "")}.";
        notes.Add(note);
        LogLeftOut(logger, note);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
    private static partial void LogLeftOut(ILogger logger, string note);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Key}: {Tight} of {Problems} prompts leave less than the {Response} tokens of rollout:maxNewTokens for a response, as the model can take {Positions} (max_position_embeddings). Their responses end there and count as truncated."
    )]
    private static partial void LogTight(ILogger logger, string key, int tight, int problems, int response, int positions);

    private sealed class Subset(IProblemSource problems, int[] kept) : IProblemSource
    {
        public int Count => kept.Length;

        public Problem this[int index] => problems[kept[index]];
    }
}

/// <summary>How long prompts may be, in tokens.</summary>
/// <param name="Asked">The longest that the user asked for.</param>
/// <param name="Positions">What the model can take, prompt and response together.</param>
/// <param name="Response">The longest response.</param>
internal sealed record PromptLengths(int Asked, int Positions, int Response)
{
    /// <summary>The longest prompt: a response needs at least one place.</summary>
    public int Most => Math.Min(Asked, Positions - 1);

    /// <summary>The longest prompt that leaves room for the longest response.</summary>
    public int WithRoom => Positions - Response;

    /// <summary>The longest prompt and where it comes from.</summary>
    public string Rule =>
        Asked < Positions
            ? $"{Asked} tokens (Prompt:MaxTokens)"
            : $"{Positions - 1} tokens, and the model can take {Positions} with the response (max_position_embeddings)";

    /// <summary>What to do where every prompt is longer.</summary>
    public string Remedy =>
        Asked < Positions
            ? "Raise Prompt:MaxTokens, or shorten Prompt:Template."
            : "Shorten Prompt:Template, or take a model with more positions.";
}
