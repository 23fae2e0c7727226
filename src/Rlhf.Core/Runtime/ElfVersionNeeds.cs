using System.Buffers.Binary;
using System.Text;

namespace Rlhf.Runtime;

/// <summary>
/// Reads and edits the symbol-version requirements (<c>SHT_GNU_verneed</c>) of a 64-bit little-endian ELF file held in memory.
/// </summary>
/// <remarks>
/// libLibTorchSharp.so asks for <c>GLIBCXX_3.4.32</c> on account of one symbol that nothing in it calls. Where the installed
/// libstdc++ is older, marking that requirement weak lets the dynamic loader go on. Layout: ELF gABI, "Symbol Versioning" of the
/// Linux Standard Base.
/// </remarks>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Sets the weak flag on every requirement named <paramref name="version"/>; returns how many there were.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such an ELF file.</exception>
    public static int MarkWeak(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..4].SequenceEqual("\u007fELF"u8) || elf[4] != 2 || elf[5] != 1)
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }

        ulong sectionTable = BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]);
        ushort entrySize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3a..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        int marked = 0;
        for (int i = 0; i < count; i++)
        {
            Span<byte> section = Slice(elf, sectionTable + (ulong)i * entrySize, 64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == SectionTypeVersionNeeds)
            {
                marked += MarkSection(elf, sectionTable, entrySize, section, version);
            }
        }

        return marked;
    }

    private static int MarkSection(Span<byte> elf, ulong sectionTable, ushort entrySize, Span<byte> section, string version)
    {
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]);
        uint linked = BinaryPrimitives.ReadUInt32LittleEndian(section[0x28..]);
        uint needs = BinaryPrimitives.ReadUInt32LittleEndian(section[0x2c..]);
        Span<byte> strings = Slice(elf, sectionTable + (ulong)linked * entrySize, 64);
        ulong stringsAt = BinaryPrimitives.ReadUInt64LittleEndian(strings[0x18..]);
        int marked = 0;
        for (uint n = 0; n < needs; n++)
        {
            Span<byte> need = Slice(elf, offset, 16);
            ushort auxiliaries = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            ulong at = offset + BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (int a = 0; a < auxiliaries; a++)
            {
                Span<byte> auxiliary = Slice(elf, at, 16);
                if (NameAt(elf, stringsAt + BinaryPrimitives.ReadUInt32LittleEndian(auxiliary[8..])) == version)
                {
                    ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(auxiliary[4..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(auxiliary[4..], (ushort)(flags | WeakFlag));
                    marked++;
                }

                at += BinaryPrimitives.ReadUInt32LittleEndian(auxiliary[12..]);
            }

            offset += BinaryPrimitives.ReadUInt32LittleEndian(need[12..]);
        }

        return marked;
    }

    private static Span<byte> Slice(Span<byte> elf, ulong offset, int length) =>
        offset + (ulong)length <= (ulong)elf.Length
            ? elf.Slice((int)offset, length)
            : throw new InvalidDataException("an ELF table lies outside the file");

    private static string NameAt(Span<byte> elf, ulong offset)
    {
        Span<byte> rest = offset < (ulong)elf.Length ? elf[(int)offset..] : [];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? "" : Encoding.ASCII.GetString(rest[..end]);
    }
}
