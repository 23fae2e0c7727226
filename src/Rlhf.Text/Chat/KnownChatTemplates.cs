using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Chat;

/// <summary>
/// The Jinja templates whose result is known, by fingerprint: no template's text is kept here, only the SHA-256 of its
/// <see cref="JinjaText"/> and a sketch of it.
/// </summary>
/// <remarks>
/// The sketch is a bottom-k MinHash (Broder 1997): the 48 smallest of the 32-bit FNV-1a hashes of all pieces of eight UTF-8 bytes. The share
/// of hashes that two templates have in common, among the 48 smallest of both, estimates how much of their pieces they share.
/// </remarks>
internal static class KnownChatTemplates
{
    private const string Resource = "known-templates.json";
    private const int SketchSize = 48;
    private const int Piece = 8;

    private static readonly Lazy<Entry[]> Entries = new(Load);

    /// <summary>A template in the list.</summary>
    /// <param name="Renders">The template of this library that gives the same result.</param>
    /// <param name="Of">Where it comes from.</param>
    /// <param name="Sha256">Its fingerprint, in lower-case hexadecimal digits.</param>
    /// <param name="Sketch">Its sketch, ascending.</param>
    private sealed record Entry(string Renders, string Of, string Sha256, uint[] Sketch);

    /// <summary>Which template of this library gives what a Jinja template gives; null for one that is not known.</summary>
    public static string? Find(JinjaText jinja)
    {
        string fingerprint = Fingerprint(jinja);
        return Entries.Value.FirstOrDefault(e => e.Sha256 == fingerprint)?.Renders;
    }

    /// <summary>The known template that shares most with a Jinja template that is not known.</summary>
    /// <returns>Its name, where it comes from, and the share of common pieces, from 0 to 0.99: something differs.</returns>
    public static (string Name, string Of, double Share) Nearest(JinjaText jinja)
    {
        uint[] sketch = Sketch(jinja);
        return Entries
            .Value.Select(e => (e.Renders.Split(',')[0], e.Of, Share: Math.Min(0.99, Share(sketch, e.Sketch))))
            .MaxBy(e => e.Share);
    }

    /// <summary>The SHA-256 of a template.</summary>
    public static string Fingerprint(JinjaText jinja) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(jinja.Text)));

    /// <summary>The sketch of a template.</summary>
    public static uint[] Sketch(JinjaText jinja)
    {
        byte[] text = Encoding.UTF8.GetBytes(jinja.Text);
        SortedSet<uint> hashes = [];
        for (int at = 0; at + Piece <= text.Length; at++)
        {
            hashes.Add(Hash(text.AsSpan(at, Piece)));
        }

        return [.. hashes.Take(SketchSize)];
    }

    private static double Share(uint[] left, uint[] right)
    {
        uint[] smallest = [.. left.Union(right).Order().Take(SketchSize)];
        return smallest.Length == 0 ? 0 : (double)smallest.Count(h => left.Contains(h) && right.Contains(h)) / smallest.Length;
    }

    private static uint Hash(ReadOnlySpan<byte> piece)
    {
        uint hash = 0x811C9DC5;
        foreach (byte value in piece)
        {
            hash = unchecked((hash ^ value) * 0x01000193);
        }

        return hash;
    }

    private static Entry[] Load()
    {
        using Stream stream = typeof(KnownChatTemplates).Assembly.GetManifestResourceStream(Resource)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        using JsonDocument document = JsonText.Parse(bytes.ToArray());
        return
        [
            .. document
                .RootElement.EnumerateArray()
                .Select(e => new Entry(
                    e.GetProperty("renders").GetString()!,
                    e.GetProperty("of").GetString()!,
                    e.GetProperty("sha256").GetString()!,
                    Hashes(e.GetProperty("sketch").GetBytesFromBase64())
                )),
        ];
    }

    private static uint[] Hashes(byte[] bytes) =>
        [
            .. Enumerable
                .Range(0, bytes.Length / 4)
                .Select(i => System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i))),
        ];
}
