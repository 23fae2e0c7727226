using System.ComponentModel.DataAnnotations;
using Rlhf.Configuration;
using Rlhf.Datasets;

namespace Rlhf.Trainers.Experiments;

/// <summary>Training, validation and test problems.</summary>
public sealed record DataOptions
{
    /// <summary>Problems to train on by reinforcement, and in the supervised phase where there are no demonstrations.</summary>
    public required DatasetOptions Train { get; init; }

    /// <summary>
    /// Problems with worked solutions for the supervised phase, where they are not those of <see cref="Train"/>: solutions are scarcer than
    /// problems.
    /// </summary>
    /// <value>Default null.</value>
    public DatasetOptions? Demonstrations { get; init; }

    /// <summary>Problems that the accuracy before and after is measured on, and nothing else if there are validation problems.</summary>
    public required DatasetOptions Test { get; init; }

    /// <summary>
    /// Problems for evaluations on the way, which decide about early stops and the best checkpoint; null uses the test problems.
    /// </summary>
    /// <value>Default null.</value>
    public DatasetOptions? Validation { get; init; }

    /// <summary>
    /// What becomes of problems by whose answer a verifier cannot judge. Each answer is tested once when the data are read; those that
    /// cannot be read are counted and listed in the run's log.
    /// </summary>
    /// <value>Default <c>leave_out</c>.</value>
    public UnreadableAnswers UnreadableAnswers { get; init; } = UnreadableAnswers.LeaveOut;
}

/// <summary>What becomes of problems whose answer cannot be read.</summary>
public enum UnreadableAnswers
{
    /// <summary>They are left out, of training and of measuring.</summary>
    LeaveOut,

    /// <summary>They stay; what a verifier that cannot read their answer says of responses to them is invalid, never 0.</summary>
    ScoreInvalid,
}

/// <summary>
/// A set of problems: a JSONL file, or generated word problems. Exactly one of <see cref="Path"/> and <see cref="Generator"/> is given.
/// </summary>
public sealed record DatasetOptions : IValidatableObject
{
    /// <summary>A JSONL file, one problem a line.</summary>
    /// <value>Default null.</value>
    [ConfigurationPath]
    public string? Path { get; init; }

    /// <summary>The file's schema: <c>fields</c> (plain fields, named below), <c>gsm8k</c>, <c>math</c> or <c>svamp</c>.</summary>
    /// <value>Default <c>fields</c>.</value>
    public ProblemSchema Schema { get; init; } = ProblemSchema.Fields;

    /// <summary>Name of the field with the question; null for the schema's own.</summary>
    /// <value>Default null.</value>
    public string? Question { get; init; }

    /// <summary>Name of the field with the answer; null for the schema's own.</summary>
    /// <value>Default null.</value>
    public string? Answer { get; init; }

    /// <summary>Name of the field with the worked solution; null for the schema's own.</summary>
    /// <value>Default null.</value>
    public string? Solution { get; init; }

    /// <summary>Name of the field with the id; null for the schema's own, or the line's number where that is absent.</summary>
    /// <value>Default null.</value>
    public string? Id { get; init; }

    /// <summary>Problems to use from the beginning; null for all.</summary>
    /// <value>Default null; 1 or more.</value>
    [Range(1, int.MaxValue)]
    public int? Limit { get; init; }

    /// <summary>Generated word problems.</summary>
    /// <value>Default null.</value>
    public WordProblemOptions? Generator { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Path is null) == (Generator is null))
        {
            yield return new("exactly one of path (a JSONL file) and generator must be given.", [nameof(Path)]);
        }

        if (Path is not null && !File.Exists(Path))
        {
            yield return new("there is no such file.", [nameof(Path)]);
        }

        if (Generator is not null && (Question ?? Answer ?? Solution ?? Id) is not null)
        {
            yield return new("field names belong to a file; generated problems have none.", [nameof(Generator)]);
        }
    }
}
