using System.Text;

namespace Rlhf.Tokenizers;

/// <summary>The printable character that stands for each byte in a byte-level vocabulary, as GPT-2 chose them.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] ToChar = Create();
    private static readonly Dictionary<char, byte> ToByte = ToChar.Select((c, b) => (c, (byte)b)).ToDictionary(p => p.c, p => p.Item2);

    /// <summary>The character of a byte.</summary>
    public static char CharOf(byte value) => ToChar[value];

    /// <summary>The bytes that a token stands for; a token with any other character stands for its own UTF-8 bytes.</summary>
    public static byte[] BytesOf(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!ToByte.TryGetValue(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    // Printable Latin-1 characters stand for themselves, the others for U+0100 on, in order.
    private static char[] Create()
    {
        char[] table = new char[256];
        int next = 256;
        for (int b = 0; b < table.Length; b++)
        {
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            table[b] = (char)(printable ? b : next++);
        }

        return table;
    }
}
