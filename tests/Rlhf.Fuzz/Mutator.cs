using System.Text;

namespace Rlhf.Fuzz;

/// <summary>Makes bad inputs of good ones: a pure function of the seeds, a number and the target's name.</summary>
internal static class Mutator
{
    private const int LongestInput = 64 * 1024;

    // What readers of numbers, JSON, TeX and chats stumble over.
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "4.9",
            "1e308",
            "1e400",
            "-0.0",
            "NaN",
            "Infinity",
            "2147483647",
            "2147483648",
            "4294967296",
            "9223372036854775807",
            "1e-320",
            "200000000",
            "50000000",
            "\"\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"a\"",
            "[]",
            "{}",
            "[null]",
            "[[[[[[[[]]]]]]]]",
            "{\"a\":1,\"a\":2}",
            "{\"type\":\"x\"}",
            ",",
            ":",
            "}",
            "]",
            "\"",
            "\\",
            "\n",
            "\r\n",
            "\0",
            "\u2028",
            "\uFEFF",
            "\u200B",
            "\u0661",
            "e\u0301",
            "\U0001D7D9",
            "\\boxed{",
            "\\frac{",
            "\\sqrt{",
            "\\left(",
            "\\begin{pmatrix}",
            "\\end{pmatrix}",
            "^",
            "^{",
            "_",
            "!",
            "(",
            ")",
            "{",
            "|",
            "||",
            "+",
            "-",
            "\\cdot",
            "\\pm",
            "\\infty",
            "\\in",
            "\\cup",
            "\\log_",
            "\\sin",
            "\\int",
            "\\sum",
            "\\lim",
            "=",
            "<",
            "\\le",
            "%",
            "$",
            "$$",
            "\\(",
            "\\text{",
            "or",
            " and ",
            "####",
            "The answer is",
            "<think>",
            "</think>",
            "```",
            "```python\n",
            "~~~",
            "Rating:",
            "[[A]]",
            "<|im_end|>",
            "999999999999999999999999",
            "1/0",
            "0.1e-9999999",
            "9^9^9^9",
            "10^{10^{10}}",
            "(a+)+$",
            "(?:(?:a*)*)*b",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF],
        [0xC3],
        [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80],
    ];

    /// <summary>Input number <paramref name="index"/> of a campaign.</summary>
    public static byte[] Input(IReadOnlyList<byte[]> seeds, long campaign, string target, long index)
    {
        Random random = new(Mix(campaign, target, index));
        List<byte> bytes = [.. seeds[random.Next(seeds.Count)]];
        int changes = 1 + (int)Math.Floor(-2 * Math.Log(1 - random.NextDouble()));
        for (int i = 0; i < changes; i++)
        {
            Change(bytes, seeds, random);
        }

        return bytes.Count <= LongestInput ? [.. bytes] : [.. bytes.Take(LongestInput)];
    }

    private static void Change(List<byte> bytes, IReadOnlyList<byte[]> seeds, Random random)
    {
        int at = random.Next(bytes.Count + 1),
            length = Math.Min(bytes.Count - at, 1 << random.Next(9));
        switch (random.Next(13))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                byte[] other = seeds[random.Next(seeds.Count)];
                int from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, 1 << random.Next(10))).ToArray());
                break;
            case 6:
                Repeat(bytes, at, bytes.GetRange(at, Math.Min(length, 8)), random);
                break;
            case 7:
                Repeat(bytes, at, Words[random.Next(Words.Length)], random);
                break;
            case 8 or 9:
                ReplaceToken(bytes, at, random);
                break;
            default:
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
        }
    }

    private static void Repeat(List<byte> bytes, int at, IReadOnlyList<byte> what, Random random)
    {
        if (what.Count > 0)
        {
            int times = Math.Min(1 << random.Next(16), LongestInput / what.Count);
            bytes.InsertRange(at, Enumerable.Repeat(what, times).SelectMany(w => w).ToArray());
        }
    }

    // A number, word or quoted text as a whole becomes something else.
    private static void ReplaceToken(List<byte> bytes, int at, Random random)
    {
        int start = at,
            end = at;
        while (start > 0 && IsToken(bytes[start - 1]))
        {
            start--;
        }

        while (end < bytes.Count && IsToken(bytes[end]))
        {
            end++;
        }

        bool quoted = start > 0 && end < bytes.Count && bytes[start - 1] == '"' && bytes[end] == '"' && random.Next(2) == 0;
        (start, end) = quoted ? (start - 1, end + 1) : (start, end);
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Words[random.Next(Words.Length)]);
    }

    private static bool IsToken(byte b) => b is (byte)'-' or (byte)'.' or (byte)'_' || char.IsAsciiLetterOrDigit((char)b);

    // FNV-1a over the name, then the finaliser of SplitMix64.
    private static int Mix(long campaign, string target, long index)
    {
        unchecked
        {
            ulong hash = 14695981039346656037;
            foreach (char c in target)
            {
                hash = (hash ^ c) * 1099511628211;
            }

            hash ^= (ulong)campaign * 0x9E3779B97F4A7C15 + (ulong)index * 0xD1B54A32D192ED03;
            hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
            hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
            return (int)(hash ^ (hash >> 31));
        }
    }
}
