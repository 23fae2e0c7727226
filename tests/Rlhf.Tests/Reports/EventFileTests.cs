using System.Buffers.Binary;
using System.Text;
using Rlhf.Reports;

namespace Rlhf.Tests.Reports;

/// <summary>TensorBoard's files, read back by a reader of this test's own.</summary>
public sealed class EventFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-events-").FullName;

    [Fact]
    public void Append_WritesWholeRecordsWithTheirChecksums()
    {
        Assert.Equal(0xE3069283, Crc("123456789"u8)); // the check value of CRC-32C
        string path = EventFile.NewPath(_folder, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000));
        Assert.Equal("events.out.tfevents.1700000000.rlhf", Path.GetFileName(path));
        EventFile file = new(path);
        file.Append(300, [new("policy/loss", -0.5), new("größe", 2)], DateTimeOffset.UnixEpoch.AddSeconds(1.5));
        file.Append(301, [new("policy/loss", 0.25)], DateTimeOffset.UnixEpoch.AddSeconds(2));

        byte[][] records = [.. Records(File.ReadAllBytes(path))];
        Assert.Equal(4, records.Length);
        Assert.EndsWith("brain.Event:2", Encoding.UTF8.GetString(records[0]), StringComparison.Ordinal);
        Assert.Equal(Event(1.5, 300, "policy/loss", -0.5f), records[1]);
        Assert.Equal(Event(1.5, 300, "größe", 2), records[2]);
        Assert.Equal(Event(2, 301, "policy/loss", 0.25f), records[3]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Event { 1: wall_time, 2: step, 5: Summary { 1: Value { 1: tag, 2: simple_value } } }, for steps of two bytes.
    private static byte[] Event(double time, int step, string tag, float value)
    {
        byte[] name = Encoding.UTF8.GetBytes(tag);
        byte[] inner = [0x0A, (byte)name.Length, .. name, 0x15, .. BitConverter.GetBytes(value)];
        byte[] summary = [0x0A, (byte)inner.Length, .. inner];
        return
        [
            0x09,
            .. BitConverter.GetBytes(time),
            0x10,
            (byte)((step & 0x7F) | 0x80),
            (byte)(step >> 7),
            0x2A,
            (byte)summary.Length,
            .. summary,
        ];
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length; )
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += 16 + length;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = Crc(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }
}
