using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Configuration;

public class OptionsReferenceTests
{
    private const string Head = """
        # Configuration

        An experiment is one JSON file (comments and trailing commas are allowed), named by `--config`; without it a program's built-in default is used. Then
        environment variables `RLHF_Section__Key=value` and words `Section:Key=value` of the command line replace values, in that order; they may change an
        element of a list (`Rewards:Shaping:0:Threshold=0.5`), not add one. Keys are camelCase in files and may be written in any case elsewhere. An unknown key,
        a value out of range and a relative path that leads nowhere are refused before anything loads. Relative paths resolve against the file that holds them.

        Generated from the code; a test keeps it current.


        """;

    [Fact]
    public void Page_IsCurrent()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "docs", "configuration.md");
        ExperimentRegistry registry = ExperimentRegistry.Default;
        string page =
            Head.ReplaceLineEndings("\n")
            + OptionsReference.Markdown(
                typeof(ExperimentOptions),
                [
                    .. registry.Phases.Types.Select(t => ("Phase", t.Key, t.Value)),
                    .. registry
                        .Sources.Types.Concat(registry.ModelSources.Types)
                        .OrderBy(t => t.Key, StringComparer.Ordinal)
                        .Select(t => ("Reward source", t.Key, t.Value)),
                    .. registry.Stages.Types.Select(t => ("Stage", t.Key, t.Value)),
                ]
            );
        if (Environment.GetEnvironmentVariable("RLHF_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == page,
            "docs/configuration.md is stale: run this test with RLHF_UPDATE_DOCS=1"
        );
        Assert.DoesNotContain("|  |  |", page, StringComparison.Ordinal);
    }
}
