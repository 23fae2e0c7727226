using System.Buffers.Binary;
using System.Text.Json;
using Rlhf.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Safetensors;

/// <summary>The header of a safetensors file: its length, then JSON with type, shape and byte range of each tensor.</summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Entries,
    IReadOnlyDictionary<string, string> Metadata,
    long DataStart
)
{
    /// <summary>Bytes before the JSON: its length, little-endian.</summary>
    public const int PrefixLength = 8;

    /// <summary>The key of the text-to-text map that readers may ignore.</summary>
    public const string MetadataKey = "__metadata__";

    // The limit of the reference implementation.
    private const long MaxLength = 100_000_000;

    /// <summary>Reads and checks the header: nothing is allocated for what a broken file claims.</summary>
    /// <exception cref="SafetensorsException">The header is not valid, or does not fit the file's length.</exception>
    public static SafetensorsHeader Read(Stream file, string path)
    {
        long fileLength = file.Length;
        byte[] prefix = new byte[PrefixLength];
        if (fileLength < PrefixLength)
        {
            throw new SafetensorsException(
                $"{path}: {fileLength} bytes are no safetensors file; it begins with {PrefixLength} bytes that give the header's length."
            );
        }

        file.ReadExactly(prefix);
        RefusePointer(file, path);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)Math.Min(MaxLength, fileLength - PrefixLength))
        {
            throw new SafetensorsException(
                $"{path}: the header claims {length} bytes; the file has {fileLength}, and a header at most {MaxLength}."
            );
        }

        byte[] json = new byte[length];
        file.ReadExactly(json);
        try
        {
            using JsonDocument document = JsonText.Parse(json);
            return Parse(document.RootElement, path, PrefixLength + (long)length, fileLength);
        }
        catch (JsonTextException e)
        {
            throw new SafetensorsException($"{path}: the header is no JSON: {e.Message}", e);
        }
    }

    // Its text would be read as a length of 10^18 bytes.
    private static void RefusePointer(Stream file, string path)
    {
        file.Position = 0;
        byte[] beginning = new byte[Math.Min(LfsPointer.MostBytes, file.Length)];
        file.ReadExactly(beginning);
        LfsPointer.Refuse(beginning, path, message => new SafetensorsException(message));
        file.Position = PrefixLength;
    }

    private static SafetensorsHeader Parse(JsonElement root, string path, long dataStart, long fileLength)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new SafetensorsException($"{path}: the header is no JSON object.");
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        List<SafetensorsEntry> entries = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                if (property.Value.ValueKind != JsonValueKind.Object)
                {
                    throw new SafetensorsException($"{path}: {MetadataKey} is no JSON object.");
                }

                foreach (JsonProperty item in property.Value.EnumerateObject())
                {
                    metadata[item.Name] = item.Value.ToString();
                }
            }
            else
            {
                entries.Add(Entry(property, path));
            }
        }

        CheckRanges(entries, path, fileLength - dataStart);
        return new(entries, metadata, dataStart);
    }

    private static SafetensorsEntry Entry(JsonProperty property, string path)
    {
        string name = property.Name;
        if (
            property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out JsonElement dtype)
            || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out JsonElement shape)
            || shape.ValueKind != JsonValueKind.Array
            || !property.Value.TryGetProperty("data_offsets", out JsonElement offsets)
            || offsets.ValueKind != JsonValueKind.Array
            || offsets.GetArrayLength() != 2
        )
        {
            throw Broken("needs dtype (text), shape (list) and data_offsets (two numbers)");
        }

        (ScalarType type, int size) =
            SafetensorsTypes.Find(dtype.GetString()!)
            ?? throw Broken(
                $"has dtype {JsonText.Quote(dtype.GetString()!)}; known are {SafetensorsTypes.Names}. Others are those of quantised models, which must be saved in bfloat16 or float32 first"
            );
        long[] sizes = [.. shape.EnumerateArray().Select(Number)];
        (long start, long end) = (Number(offsets[0]), Number(offsets[1]));
        long bytes = size;
        foreach (long dimension in sizes)
        {
            try
            {
                bytes = checked(bytes * dimension);
            }
            catch (OverflowException)
            {
                throw Broken($"has shape [{string.Join(',', sizes)}], which no memory holds");
            }
        }

        return end - start == bytes
            ? new(name, type, sizes, start, bytes)
            : throw Broken($"has {end - start} bytes; {dtype} [{string.Join(',', sizes)}] has {bytes}");

        long Number(JsonElement element) =>
            element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) && value >= 0
                ? value
                : throw Broken($"has '{JsonText.Quote(element.GetRawText())}' where a number from 0 is needed");

        SafetensorsException Broken(string what) => new($"{path}: tensor '{JsonText.Quote(name)}' {what}.");
    }

    // Ranges must cover the data without overlap or gap, as the format demands.
    private static void CheckRanges(List<SafetensorsEntry> entries, string path, long dataLength)
    {
        long position = 0;
        string before = "the header";
        foreach (SafetensorsEntry entry in entries.OrderBy(e => e.Offset).ThenBy(e => e.Length))
        {
            if (entry.Offset != position)
            {
                throw new SafetensorsException(
                    $"{path}: tensor '{entry.Name}' {(entry.Offset < position ? "overlaps" : "leaves a gap to")} {before}."
                );
            }

            position = checked(entry.Offset + entry.Length);
            before = $"tensor '{entry.Name}'";
            if (position > dataLength)
            {
                throw new SafetensorsException(
                    $"{path}: tensor '{entry.Name}' ends at byte {position} of the data, which has {dataLength}: the file is truncated."
                );
            }
        }

        if (position != dataLength)
        {
            throw new SafetensorsException(
                $"{path}: {dataLength - position} bytes follow the last tensor: the file is longer than its header says."
            );
        }
    }
}
