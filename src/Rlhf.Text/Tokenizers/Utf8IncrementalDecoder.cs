using System.Buffers;
using System.Text;

namespace Rlhf.Tokenizers;

/// <summary>Decodes bytes of tokens as UTF-8 and holds back the beginning of a character whose rest has not come.</summary>
internal sealed class Utf8IncrementalDecoder(Func<int, byte[]> bytesOf) : IncrementalDecoder
{
    private const int LongestBeginning = 3;
    private byte[] _held = [];
    private int _emitted;

    public override int Bytes => _emitted + _held.Length;

    public override string Append(int id)
    {
        byte[] token = bytesOf(id);
        if (token.Length == 0)
        {
            return "";
        }

        byte[] all = [.. _held, .. token];
        int complete = all.Length - UnfinishedLength(all);
        _held = all[complete..];
        return Emit(Encoding.UTF8.GetString(all, 0, complete));
    }

    public override string Finish()
    {
        string rest = Encoding.UTF8.GetString(_held);
        (_held, _emitted) = ([], 0);
        return rest;
    }

    private string Emit(string text)
    {
        _emitted += Encoding.UTF8.GetByteCount(text);
        return text;
    }

    // Bytes at the end that could still become a character.
    private static int UnfinishedLength(ReadOnlySpan<byte> bytes)
    {
        for (int length = Math.Min(LongestBeginning, bytes.Length); length > 0; length--)
        {
            if (Rune.DecodeFromUtf8(bytes[^length..], out _, out int consumed) == OperationStatus.NeedMoreData && consumed == length)
            {
                return length;
            }
        }

        return 0;
    }
}
