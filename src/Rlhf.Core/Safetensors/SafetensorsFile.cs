using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Safetensors;

/// <summary>A safetensors file opened for reading. Its header is checked whole before any tensor is read.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private const long ChunkBytes = 1L << 28;

    private readonly FileStream _stream;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    private SafetensorsFile(string path, FileStream stream, SafetensorsHeader header)
    {
        FilePath = path;
        _stream = stream;
        _dataStart = header.DataStart;
        Metadata = header.Metadata;
        Names = [.. header.Entries.Select(e => e.Name)];
        _entries = header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Names of all tensors, in the header's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The header's text-to-text map.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="SafetensorsException">It is no safetensors file, is truncated, or has bytes that belong to no tensor or to
    /// two.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new(path, stream, SafetensorsHeader.Read(stream, path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file holds a tensor.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <exception cref="SafetensorsException">There is none of this name.</exception>
    public SafetensorsEntry Entry(string name) =>
        _entries.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new SafetensorsException($"{FilePath}: there is no tensor '{name}'.");

    /// <summary>Reads a tensor straight into its memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <param name="type">Into which type; null for the stored one.</param>
    /// <param name="requireFinite">
    /// Whether NaN and infinity are refused, those included that a stored value becomes in <paramref name="type"/>.
    /// </param>
    /// <exception cref="SafetensorsException">There is none of this name, or it holds a value that is not finite.</exception>
    public Tensor Read(string name, Device? device = null, ScalarType? type = null, bool requireFinite = false)
    {
        SafetensorsEntry entry = Entry(name);
        using var scope = NewDisposeScope();
        Tensor stored = empty([.. entry.Shape], entry.Type);
        if (entry.Length > 0)
        {
            Fill(stored.view(-1), entry);
        }

        bool check = requireFinite && stored.is_floating_point();
        if (check && !stored.isfinite().all().ToBoolean())
        {
            throw new SafetensorsException($"{FilePath}: tensor '{name}' holds a value that is not finite (NaN or infinity).");
        }

        Tensor wanted = stored.to(type ?? entry.Type, device ?? CPU);
        if (check && wanted.dtype != entry.Type && !wanted.isfinite().all().ToBoolean())
        {
            throw new SafetensorsException(
                $"{FilePath}: tensor '{name}' holds a value of {entry.Type} that is too large for {wanted.dtype}, in which it is read."
            );
        }

        return wanted.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill(Tensor flat, SafetensorsEntry entry)
    {
        long elements = flat.size(0),
            size = entry.Length / elements,
            most = ChunkBytes / size,
            position = _dataStart + entry.Offset;
        for (long start = 0; start < elements; start += most)
        {
            using Tensor chunk = flat.narrow(0, start, Math.Min(most, elements - start));
            Span<byte> memory = chunk.bytes;
            _stream.Position = position;
            _stream.ReadExactly(memory);
            position += memory.Length;
        }
    }
}
