using System.Text.Json;
using System.Xml.Linq;

namespace Rlhf.Tests.Architecture;

/// <summary>The rooms: who may know whom, which namespaces belong where, and what needs no torch.</summary>
public sealed class RoomsTests
{
    // For each room those that it may name, in the order from the ground up.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Rlhf.Abstractions"] = [],
        ["Rlhf.Text"] = ["Rlhf.Abstractions"],
        ["Rlhf.Verifiers"] = ["Rlhf.Text"],
        ["Rlhf.Judges"] = ["Rlhf.Text"],
        ["Rlhf.Reports"] = ["Rlhf.Abstractions"],
        ["Rlhf.Core"] = ["Rlhf.Verifiers"],
        ["Rlhf.Shaping"] = ["Rlhf.Core"],
        ["Rlhf.Trainers"] = ["Rlhf.Shaping"],
        ["Rlhf"] = ["Rlhf.Trainers", "Rlhf.Judges", "Rlhf.Reports"],
    };

    private static readonly string[] WithoutTorch = ["Rlhf.Abstractions", "Rlhf.Text", "Rlhf.Verifiers", "Rlhf.Judges", "Rlhf.Reports"];

    private static string Source => Path.Combine(SharedData.RepositoryRoot, "src");

    public static TheoryData<string> Rooms() => [.. Allowed.Keys];

    public static TheoryData<string> RoomsWithoutTorch() => [.. WithoutTorch];

    [Fact]
    public void EveryProject_IsARoom() =>
        Assert.Equal(
            Allowed.Keys.Order(StringComparer.Ordinal),
            Directory.GetDirectories(Source).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ProjectReferences_PointDown(string room)
    {
        XDocument project = XDocument.Load(Path.Combine(Source, room, room + ".csproj"));
        Assert.Equal(
            Allowed[room].Order(StringComparer.Ordinal),
            project
                .Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            room == "Rlhf" ? [] : ["Rlhf.Tests"],
            project.Descendants("InternalsVisibleTo").Select(r => r.Attribute("Include")!.Value)
        );
    }

    [Theory]
    [MemberData(nameof(RoomsWithoutTorch))]
    public void BelowTheLine_NothingRestoresTorch(string room)
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Source, room, "obj", "project.assets.json")));
        string[] libraries = [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Select(l => l.Name)];
        Assert.Contains(libraries, l => room == "Rlhf.Abstractions" || l.StartsWith("Rlhf.Abstractions/", StringComparison.Ordinal));
        Assert.DoesNotContain(libraries, l => l.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Namespaces_BelongToOneRoomEach_AndHaveNoCycle()
    {
        NamespaceGraph graph = new(Allowed.Keys.Where(r => r != "Rlhf").Select(r => Path.Combine(AppContext.BaseDirectory, r + ".dll")));
        Assert.True(graph.Assemblies.Count > 20, "too few namespaces were found");
        Assert.All(graph.Assemblies, n => Assert.True(n.Value.Count == 1, $"{n.Key} is in {string.Join(" and ", n.Value)}"));
        Assert.Null(graph.Cycle());
    }
}
