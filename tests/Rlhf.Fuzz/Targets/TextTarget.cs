using System.Text;

namespace Rlhf.Fuzz.Targets;

/// <summary>A target whose input is a text, such as a model's response; nothing in it may throw.</summary>
internal sealed class TextTarget(IReadOnlyList<string> seeds, Action<string> read, params Type[] documented) : FuzzTarget
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [.. seeds.Select(Encoding.UTF8.GetBytes)];

    public override IReadOnlyList<Type> Documented => documented;

    // Bytes that are no UTF-8 become halves of surrogate pairs, which a text of .NET can hold and a decoder never gives.
    public override void Run(byte[] input) => read(Encoding.UTF8.GetString(input).Replace('\uFFFD', '\uD800'));

    public override void Dispose() { }
}
