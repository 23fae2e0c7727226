using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Safetensors;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    private const long ChunkBytes = 1L << 28;
    private const int Alignment = 8;

    /// <summary>Writes tensors in their order to a file that appears whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="tensors">Names and values, of any device.</param>
    /// <param name="metadata">Texts for the header beside <c>format: pt</c>, which some readers demand; null for none.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has a type that the format lacks.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing is left of it.</exception>
    public static void Write(
        string path,
        IReadOnlyList<(string Name, Tensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);
        byte[] header = Header(tensors, metadata);
        string temporary = path + ".tmp";
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                Span<byte> length = stackalloc byte[SafetensorsHeader.PrefixLength];
                BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
                file.Write(length);
                file.Write(header);
                foreach ((_, Tensor value) in tensors)
                {
                    WriteData(file, value);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(SafetensorsHeader.MetadataKey);
            writer.WriteString("format", "pt");
            foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            HashSet<string> names = new(StringComparer.Ordinal);
            long offset = 0;
            foreach ((string name, Tensor value) in tensors)
            {
                if (!names.Add(name) || name == SafetensorsHeader.MetadataKey)
                {
                    throw new ArgumentException($"Tensor name '{name}' is there twice or reserved.", nameof(tensors));
                }

                (string type, int size) = SafetensorsTypes.Of(value.dtype);
                long end = offset + value.numel() * size;
                writer.WriteStartObject(name);
                writer.WriteString("dtype", type);
                WriteNumbers("shape", value.shape);
                WriteNumbers("data_offsets", [offset, end]);
                writer.WriteEndObject();
                offset = end;
            }

            writer.WriteEndObject();

            void WriteNumbers(string key, long[] numbers)
            {
                writer.WriteStartArray(key);
                foreach (long number in numbers)
                {
                    writer.WriteNumberValue(number);
                }

                writer.WriteEndArray();
            }
        }

        // Spaces after the JSON bring the data to a multiple of eight bytes.
        while (json.Length % Alignment != 0)
        {
            json.WriteByte((byte)' ');
        }

        return json.ToArray();
    }

    private static void WriteData(FileStream file, Tensor value)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor flat = value.detach().cpu().contiguous().view(-1);
        long elements = flat.size(0),
            most = ChunkBytes / SafetensorsTypes.Of(value.dtype).Size;
        for (long start = 0; start < elements; start += most)
        {
            using Tensor chunk = flat.narrow(0, start, Math.Min(most, elements - start));
            file.Write(chunk.bytes);
        }
    }
}
