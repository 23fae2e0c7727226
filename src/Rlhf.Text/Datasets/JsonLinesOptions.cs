namespace Rlhf.Datasets;

/// <summary>Options of <see cref="JsonLinesProblems"/>.</summary>
public sealed class JsonLinesOptions
{
    /// <summary>The file's schema.</summary>
    public ProblemSchema Schema { get; init; } = ProblemSchema.Fields;

    /// <summary>Name of the field with the question; null for the schema's own.</summary>
    public string? Question { get; init; }

    /// <summary>Name of the field with the answer, for GSM8K the one with steps and answer; null for the schema's own.</summary>
    public string? Answer { get; init; }

    /// <summary>
    /// Name of the field with the solution, for SVAMP the one with the equation; null for the schema's own. GSM8K has none.
    /// </summary>
    public string? Solution { get; init; }

    /// <summary>Name of the field with the id; null for the schema's own, or the line's number where that is absent.</summary>
    public string? Id { get; init; }

    /// <summary>Number of problems to read from the file's beginning, at least 1; null for all.</summary>
    public int? Limit { get; init; }
}
