namespace Rlhf.Tests;

/// <summary>
/// Finds the reference data that may lie in <c>shared/</c> beside the repository; tests that need it skip where it is absent.
/// </summary>
internal static class SharedData
{
    /// <summary>The repository's root: the folder that holds Rlhf.sln.</summary>
    public static string RepositoryRoot { get; } = Ancestors(AppContext.BaseDirectory).First(d => File.Exists(Path.Combine(d, "Rlhf.sln")));

    private static readonly string? Root = Find();

    /// <summary>Absolute path of a file or folder under <c>shared/</c>; skips the running test where it is absent.</summary>
    public static string Require(string relativePath)
    {
        string? path = Root is null ? null : Path.Combine(Root, relativePath);
        Assert.SkipUnless(path is not null && Path.Exists(path), $"reference data shared/{relativePath} is not beside the repository");
        return path!;
    }

    // A git worktree lies elsewhere than the main checkout, so every ancestor's sibling is a candidate.
    private static string? Find() =>
        Ancestors(RepositoryRoot)
            .Select(d => Path.Combine(d, "shared"))
            .FirstOrDefault(d => Directory.Exists(Path.Combine(d, "reference")));

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (DirectoryInfo? d = new(folder); d is not null; d = d.Parent)
        {
            yield return d.FullName;
        }
    }
}
