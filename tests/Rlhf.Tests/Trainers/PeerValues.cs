using System.Text.Json;
using static TorchSharp.torch;

namespace Rlhf.Tests.Trainers;

/// <summary>
/// What the peers' own functions gave on one block of inputs: <c>peer_values.json</c>; <c>RLHF_PEER_VALUES</c> names another file.
/// </summary>
internal static class PeerValues
{
    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        string file = Environment.GetEnvironmentVariable("RLHF_PEER_VALUES") is { Length: > 0 } other
            ? other
            : SharedData.Require(Path.Combine("reference", "peer_values.json"));
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    });

    public static JsonElement Input(string name) => Root.Value.GetProperty("inputs").GetProperty(name);

    public static JsonElement Of(string peer) => Root.Value.GetProperty("values").GetProperty(peer);

    /// <summary>float64; "nan" is NaN.</summary>
    public static Tensor Vector(JsonElement list) =>
        tensor([.. list.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN)]);

    public static Tensor Matrix(JsonElement rows) => stack([.. rows.EnumerateArray().Select(Vector)]);

    public static Tensor Matrix(string input) => Matrix(Input(input));

    public static Tensor Mask(string input) => Matrix(input).gt(0);

    /// <summary>The largest difference is within the tolerance, and shown.</summary>
    public static void AssertEqual(string peer, Tensor expected, Tensor actual, double tolerance)
    {
        double largest = actual.sub(expected).abs().max().item<double>();
        TestContext.Current.SendDiagnosticMessage($"{peer}: largest difference {largest:g2}");
        Assert.InRange(largest, 0, tolerance);
    }
}
