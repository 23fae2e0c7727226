using Rlhf.Records;

namespace Rlhf.Tests.Abstractions.Records;

public sealed class MetricCatalogTests
{
    [Fact]
    public void All_EveryConstant_IsDocumentedAndInASection()
    {
        Assert.NotEmpty(MetricCatalog.All);
        string page = MetricCatalog.ToMarkdown();
        foreach (MetricDefinition d in MetricCatalog.All)
        {
            Assert.All([d.Unit, d.Denominator, d.Meaning, d.Expectation], text => Assert.False(string.IsNullOrWhiteSpace(text), d.Name));
            Assert.Contains($"| `{d.Name}` |", page, StringComparison.Ordinal);
        }

        Assert.Equal(MetricCatalog.All.Count, MetricCatalog.All.Select(d => d.Name).Distinct().Count());
    }

    [Fact]
    public void MetricsPage_IsCurrent()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "docs", "metrics.md");
        string expected = MetricCatalog.ToMarkdown();
        if (Environment.GetEnvironmentVariable("RLHF_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == expected,
            "docs/metrics.md is stale: run this test with RLHF_UPDATE_DOCS=1"
        );
    }

    [Theory]
    [InlineData("policy/kl", "policy/kl")]
    [InlineData("reward/mean", "reward/mean")]
    [InlineData("reward/verifier/mean", "reward/{channel}/mean")]
    [InlineData("time/rollout_seconds", "time/{activity}_seconds")]
    [InlineData("time/iteration_seconds", "time/iteration_seconds")]
    [InlineData("shaping/clip-process/clipped", "shaping/{stage}/{metric}")]
    [InlineData("reward//mean", null)]
    [InlineData("policy/unheard_of", null)]
    public void Find_NameAsWritten_GivesItsDefinition(string name, string? expected) =>
        Assert.Equal(expected, MetricCatalog.Find(name)?.Name);

    [Fact]
    public void Fill_PutsNamesIn_LeftToRight()
    {
        Assert.Equal("reward/format/mean", MetricCatalog.Fill(MetricNames.RewardChannelMean, "format"));
        Assert.Equal("shaping/gate/closed", MetricCatalog.Fill(MetricNames.ShapingMetric, "gate", "closed"));
        Assert.Throws<ArgumentException>(() => MetricCatalog.Fill(MetricNames.ShapingMetric, "gate"));
        Assert.Throws<ArgumentException>(() => MetricCatalog.Fill(MetricNames.PolicyKl, "x"));
    }
}
