using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace PaperClaims;

/// <summary>A setting of a study: what it changes of the base experiment.</summary>
/// <param name="Name">Its name, also that of its folder.</param>
/// <param name="Configure">Makes its experiment from the base.</param>
/// <param name="Seeds">Seeds it is run with.</param>
internal sealed record Cell(string Name, Func<ExperimentOptions, ExperimentOptions> Configure, int Seeds);

/// <summary>
/// A study: settings that are run from the same starting policies, on the same problems and with the same random numbers, seed by seed.
/// </summary>
internal sealed record Study
{
    /// <summary>Its name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What is learned.</summary>
    public ChainTask Task { get; init; } = new();

    /// <summary>The experiment that cells change.</summary>
    public required ExperimentOptions Base { get; init; }

    /// <summary>The settings.</summary>
    public required IReadOnlyList<Cell> Cells { get; init; }

    /// <summary>What a cell is compared with: the name of another one.</summary>
    public required Func<Cell, string> BaselineOf { get; init; }

    /// <summary>What baselines are called in a table's head.</summary>
    public required string BaselineName { get; init; }

    /// <summary>What the figures of a cell mean.</summary>
    public required Func<CellResult, string> Verdict { get; init; }

    /// <summary>The figures.</summary>
    public required IReadOnlyList<StudyFigure> Figures { get; init; }

    /// <summary>What is measured of the starting policies, beside the runs; null for nothing.</summary>
    public Func<string, int, CancellationToken, string>? Measure { get; init; }

    /// <summary>The first seed.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>The runs, seed by seed, so that an interrupted study has whole pairs.</summary>
    public IEnumerable<(Cell Cell, int Seed)> Runs =>
        from i in Enumerable.Range(0, Cells.Max(c => c.Seeds))
        from cell in Cells
        where i < cell.Seeds
        select (cell, FirstSeed + i);

    /// <summary>The study with some of its settings.</summary>
    /// <param name="names">Their names; all settings where none is named.</param>
    /// <exception cref="ConfigurationException">There is no setting of a name.</exception>
    public Study Only(IReadOnlyCollection<string> names)
    {
        if (names.FirstOrDefault(n => Cells.All(c => c.Name != n)) is { } stranger)
        {
            throw new ConfigurationException(
                $"command line: {Name} has no setting '{stranger}'; settings: {string.Join(", ", Cells.Select(c => c.Name))}."
            );
        }

        return names.Count == 0 ? this : this with { Cells = [.. Cells.Where(c => names.Contains(c.Name))] };
    }
}
