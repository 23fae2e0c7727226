using System.Text.RegularExpressions;

namespace Rlhf.Tests.Architecture;

/// <summary>What a user has to read: how much there is of it, and where it stands.</summary>
public sealed partial class PublicSurfaceTests
{
    private const int MostLines = 2600;

    // Files whose options are one part of a configuration and are read together.
    private static readonly string[] Together =
    [
        "AlgorithmOptions.cs",
        "CheckpointStore.cs",
        "DataOptions.cs",
        "GreedyEvaluator.cs",
        "ModelOptions.cs",
    ];

    private static string Source => Path.Combine(SharedData.RepositoryRoot, "src");

    [Fact]
    public void PublicApi_OfAllRooms_StaysSmall()
    {
        (string Room, int Lines)[] rooms =
        [
            .. Directory
                .GetFiles(Source, "PublicAPI.*.txt", SearchOption.AllDirectories)
                .Select(f => (Path.GetFileName(Path.GetDirectoryName(f)!), File.ReadLines(f).Count(l => l.Length > 0 && l[0] != '#'))),
        ];
        int all = rooms.Sum(r => r.Lines);
        Assert.True(
            all is > 0 and <= MostLines,
            $"{all} lines of public API, of which {MostLines} may be: {string.Join(", ", rooms.Select(r => $"{r.Room} {r.Lines}"))}. "
                + "A result that nobody compares is a class with get-only properties; what no user writes against is internal."
        );
    }

    [Fact]
    public void PublicTypes_StandInFilesOfTheirNames()
    {
        string[] elsewhere =
        [
            .. Directory
                .GetFiles(Source, "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"))
                .Where(f => !Together.Contains(Path.GetFileName(f)))
                .SelectMany(f => TypesOutsideTheirFile(Path.GetFileName(f), File.ReadAllText(f)))
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(elsewhere.Length == 0, $"Public types in files of other names: {string.Join(", ", elsewhere)}.");
    }

    [Fact]
    public void TypesOutsideTheirFile_FindsThem()
    {
        const string Text = """
            namespace Some;

            public readonly record struct Point(int X);

            public sealed partial class Line<T>
            {
                public sealed class Inner;
            }

            internal sealed class Hidden;
            """;
        Assert.Equal(["Point (Line.cs)"], TypesOutsideTheirFile("Line.cs", Text));
        Assert.Equal(["Point (Line.Parts.cs)"], TypesOutsideTheirFile("Line.Parts.cs", Text));
        Assert.Equal(["Point (Lines.cs)", "Line (Lines.cs)"], TypesOutsideTheirFile("Lines.cs", Text));
    }

    private static IEnumerable<string> TypesOutsideTheirFile(string file, string text) =>
        PublicType()
            .Matches(text)
            .Select(m => m.Groups["name"].Value)
            .Where(n => !file.StartsWith(n + ".", StringComparison.Ordinal))
            .Select(n => $"{n} ({file})");

    // Types of a namespace begin at the margin.
    [GeneratedRegex(
        @"^public (?:(?:sealed|abstract|static|readonly|ref|partial) )*(?:record struct|record|class|struct|interface|enum) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex PublicType();
}
