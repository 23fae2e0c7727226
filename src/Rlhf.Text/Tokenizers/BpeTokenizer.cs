using System.Text;

namespace Rlhf.Tokenizers;

/// <summary>A byte-level BPE tokenizer as Hugging Face's <c>tokenizers</c> library runs it. Safe to use from several threads.</summary>
public sealed class BpeTokenizer : ITokenizer
{
    private readonly BpeVocabulary _vocabulary;
    private readonly BpeMerges _merges;
    private readonly AddedTokenMatcher _verbatim;
    private readonly AddedTokenMatcher _normalized;
    private readonly AddedTokenMatcher _special;
    private readonly int?[] _byteTokens = new int?[256];
    private readonly Dictionary<string, int> _addedIds;
    private readonly Dictionary<int, (byte[] Bytes, bool IsSpecial)> _bytes = [];
    private readonly IReadOnlyDictionary<string, byte[]> _files;

    internal BpeTokenizer(BpeVocabulary vocabulary, IReadOnlyDictionary<string, byte[]> files)
    {
        _vocabulary = vocabulary;
        _files = files;
        _merges = new(vocabulary.Merges);
        _verbatim = new(vocabulary.Added.Where(t => !t.IsNormalized).Select(t => (t.Content, t)));
        _normalized = new(vocabulary.Added.Where(t => t.IsNormalized).Select(t => (Normalize(t.Content), t)));
        _special = new(vocabulary.Added.Where(t => t.IsSpecial).Select(t => (t.Content, t)));
        _addedIds = vocabulary.Added.GroupBy(t => t.Content).ToDictionary(g => g.Key, g => g.First().Id, StringComparer.Ordinal);
        for (int b = 0; b < _byteTokens.Length; b++)
        {
            _byteTokens[b] = vocabulary.Tokens.TryGetValue(ByteAlphabet.CharOf((byte)b).ToString(), out int id) ? id : null;
        }

        foreach ((string token, int id) in vocabulary.Tokens)
        {
            _bytes[id] = (ByteAlphabet.BytesOf(token), false);
        }

        foreach (AddedToken token in vocabulary.Added)
        {
            _bytes[token.Id] = (ByteAlphabet.BytesOf(token.Content), token.IsSpecial);
        }

        VocabularySize = _bytes.Keys.Max() + 1;
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> TextPrefix => _vocabulary.Prefix;

    /// <inheritdoc/>
    public IReadOnlyList<int> TextSuffix => _vocabulary.Suffix;

    /// <summary>
    /// Reads a tokenizer.json: its normalizer, pre-tokenizer, vocabulary, merges, added tokens and what it puts around a text; and of a
    /// tokenizer_config.json beside it the keys that change what a text becomes.
    /// </summary>
    /// <remarks>
    /// As in <c>transformers</c>, <c>add_bos_token</c> and <c>add_eos_token</c>, where one of them is given, decide instead of the
    /// post-processor; lengths to cut or pad to are left to whoever makes a batch; and decoding never "cleans up" spaces.
    /// </remarks>
    /// <param name="path">The file, or the folder that holds it.</param>
    /// <exception cref="TokenizerFormatException">The file is no byte-level BPE tokenizer, or asks for something that is not supported; the
    /// message names file and JSON path.</exception>
    public static BpeTokenizer Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TokenizerFile.Load(path);
    }

    /// <summary>Writes the tokenizer's files into a folder, as they were read.</summary>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] content) in _files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool allowSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        Encode(WellFormed(text), specialAsText: !allowSpecialTokens, ids);
        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] Encode(IReadOnlyList<TextSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        List<int> ids = [];
        StringBuilder run = new();
        foreach (TextSegment segment in Joined(segments))
        {
            string text = segment.Text;
            int position = 0;
            foreach ((int start, int end, AddedToken token) in segment.IsTemplate ? _special.Matches(text, specialAsText: false) : [])
            {
                run.Append(text, position, start - position);
                Flush();
                ids.Add(token.Id);
                position = end;
            }

            run.Append(text, position, text.Length - position);
        }

        Flush();
        return [.. ids];

        void Flush()
        {
            Encode(WellFormed(run.ToString()), specialAsText: true, ids);
            run.Clear();
        }
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        using MemoryStream bytes = new();
        foreach (int id in ids)
        {
            bytes.Write(BytesOf(id, skipSpecialTokens));
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <inheritdoc/>
    public int? FindToken(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _addedIds.TryGetValue(token, out int added) ? added
            : _vocabulary.Tokens.TryGetValue(token, out int id) ? id
            : null;
    }

    /// <inheritdoc/>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true) =>
        new Utf8IncrementalDecoder(id => BytesOf(id, skipSpecialTokens));

    // A model's vocabulary may be padded beyond the tokenizer's: such ids say nothing.
    private byte[] BytesOf(int id, bool skipSpecialTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        return _bytes.TryGetValue(id, out (byte[] Bytes, bool IsSpecial) token) && !(skipSpecialTokens && token.IsSpecial)
            ? token.Bytes
            : [];
    }

    private void Encode(string text, bool specialAsText, List<int> ids)
    {
        int position = 0;
        foreach ((int start, int end, AddedToken token) in _verbatim.Matches(text, specialAsText))
        {
            EncodeNormalized(Normalize(text[position..start]), specialAsText, ids);
            ids.Add(token.Id);
            position = end;
        }

        EncodeNormalized(Normalize(text[position..]), specialAsText, ids);
    }

    private void EncodeNormalized(string text, bool specialAsText, List<int> ids)
    {
        int position = 0;
        foreach ((int start, int end, AddedToken token) in _normalized.Matches(text, specialAsText))
        {
            EncodePieces(text[position..start], ids);
            ids.Add(token.Id);
            position = end;
        }

        EncodePieces(text[position..], ids);
    }

    private void EncodePieces(string text, List<int> ids)
    {
        if (text.Length == 0)
        {
            return;
        }

        foreach (string piece in _vocabulary.PreTokenizer.Split(text))
        {
            if (_vocabulary.IgnoreMerges && _vocabulary.Tokens.TryGetValue(ByteText(piece), out int whole))
            {
                ids.Add(whole);
            }
            else
            {
                ids.AddRange(_merges.Encode(piece, Symbols));
            }
        }
    }

    private List<int> Symbols(string piece)
    {
        List<int> symbols = [];
        bool afterUnknown = false;
        foreach (byte value in Encoding.UTF8.GetBytes(piece))
        {
            int? id = _byteTokens[value];
            if (id is { } known)
            {
                symbols.Add(known);
            }
            else if (_vocabulary.Unknown is { } unknown && !(afterUnknown && _vocabulary.FuseUnknown))
            {
                symbols.Add(unknown);
            }

            afterUnknown = id is null;
        }

        return symbols;
    }

    private static string ByteText(string piece) =>
        string.Create(
            Encoding.UTF8.GetByteCount(piece),
            piece,
            (chars, text) =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                for (int i = 0; i < chars.Length; i++)
                {
                    chars[i] = ByteAlphabet.CharOf(bytes[i]);
                }
            }
        );

    private string Normalize(string text)
    {
        foreach (NormalizationForm form in _vocabulary.Normalizations)
        {
            text = text.IsNormalized(form) ? text : text.Normalize(form);
        }

        return text;
    }

    // Half a surrogate pair is no character: it is read as U+FFFD, as UTF-8 would have it.
    private static string WellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        StringBuilder whole = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }

    // Neighbouring template texts are one text: a special token may span them.
    private static IEnumerable<TextSegment> Joined(IReadOnlyList<TextSegment> segments)
    {
        for (int i = 0; i < segments.Count; )
        {
            StringBuilder text = new(segments[i].Text);
            int next = i + 1;
            for (; next < segments.Count && segments[next].IsTemplate == segments[i].IsTemplate; next++)
            {
                text.Append(segments[next].Text);
            }

            yield return new(text.ToString(), segments[i].IsTemplate);
            i = next;
        }
    }
}
