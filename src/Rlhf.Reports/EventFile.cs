using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rlhf.Reports;

/// <summary>
/// A TensorBoard event file: records of length, data and masked CRC-32C of each (TensorFlow's TFRecord), whose data are <c>Event</c>
/// messages in Protocol Buffers' encoding. Scalars only. Every append is whole when it returns.
/// </summary>
/// <param name="path">The file; events are appended.</param>
internal sealed class EventFile(string path)
{
    private const string Version = "brain.Event:2";
    private const uint CrcMask = 0xa282ead8;

    // Field numbers of Event, Summary and Summary.Value with their wire types.
    private const byte WallTime = (1 << 3) | 1,
        Step = 2 << 3,
        FileVersion = (3 << 3) | 2,
        Summary = (5 << 3) | 2,
        SummaryValue = (1 << 3) | 2,
        ValueTag = (1 << 3) | 2,
        SimpleValue = (2 << 3) | 5;

    /// <summary>A new file's path in a folder, named as TensorBoard looks for them.</summary>
    public static string NewPath(string folder, DateTimeOffset time) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{time.ToUnixTimeSeconds():D10}.rlhf"));

    /// <summary>Appends a step's scalars.</summary>
    public void Append(long step, IEnumerable<KeyValuePair<string, double>> scalars, DateTimeOffset time)
    {
        using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        using MemoryStream records = new();
        double seconds = time.ToUnixTimeMilliseconds() / 1000.0;
        if (file.Length == 0)
        {
            WriteRecord(records, Event(seconds, 0, FileVersion, Encoding.UTF8.GetBytes(Version)));
        }

        foreach ((string tag, double value) in scalars)
        {
            WriteRecord(records, Event(seconds, step, Summary, Scalar(tag, (float)value)));
        }

        file.Write(records.GetBuffer(), 0, (int)records.Length);
    }

    private static byte[] Event(double seconds, long step, byte field, byte[] content)
    {
        using MemoryStream data = new();
        data.WriteByte(WallTime);
        Span<byte> time = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(time, seconds);
        data.Write(time);
        data.WriteByte(Step);
        WriteNumber(data, (ulong)step);
        WriteField(data, field, content);
        return data.ToArray();
    }

    private static byte[] Scalar(string tag, float value)
    {
        using MemoryStream inner = new(),
            data = new();
        WriteField(inner, ValueTag, Encoding.UTF8.GetBytes(tag));
        inner.WriteByte(SimpleValue);
        Span<byte> number = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(number, value);
        inner.Write(number);
        WriteField(data, SummaryValue, inner.ToArray());
        return data.ToArray();
    }

    private static void WriteField(MemoryStream data, byte field, byte[] content)
    {
        data.WriteByte(field);
        WriteNumber(data, (ulong)content.Length);
        data.Write(content);
    }

    // Seven bits a byte, the lowest first.
    private static void WriteNumber(MemoryStream data, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            data.WriteByte((byte)(value | 0x80));
        }

        data.WriteByte((byte)value);
    }

    private static void WriteRecord(MemoryStream records, byte[] data)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)],
            crc = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)data.Length);
        records.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Masked(length));
        records.Write(crc);
        records.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Masked(data));
        records.Write(crc);
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return BitOperations.RotateRight(~crc, 15) + CrcMask;
    }
}
