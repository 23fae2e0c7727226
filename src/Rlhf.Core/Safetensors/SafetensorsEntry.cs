using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Safetensors;

/// <summary>A tensor of a safetensors file.</summary>
public sealed class SafetensorsEntry(string name, ScalarType type, IReadOnlyList<long> shape, long offset, long length)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its stored type.</summary>
    public ScalarType Type { get; } = type;

    /// <summary>Its shape; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>Its first byte, from the end of the header.</summary>
    public long Offset { get; } = offset;

    /// <summary>Its bytes.</summary>
    public long Length { get; } = length;
}

/// <summary>The types that both safetensors and TorchSharp know.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] All =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Names of all known types.</summary>
    public static string Names => string.Join(", ", All.Select(t => t.Name));

    /// <summary>The type with this name and its bytes an element, or null.</summary>
    public static (ScalarType Type, int Size)? Find(string name) =>
        All.FirstOrDefault(t => t.Name == name) is { Name: not null } found ? (found.Type, found.Size) : null;

    /// <summary>Name and bytes an element of a type.</summary>
    /// <exception cref="ArgumentException">Safetensors has no such type.</exception>
    public static (string Name, int Size) Of(ScalarType type) =>
        All.FirstOrDefault(t => t.Type == type) is { Name: not null } found
            ? (found.Name, found.Size)
            : throw new ArgumentException($"safetensors files hold no {type}; they hold {Names}.", nameof(type));
}
