using System.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Chat;

/// <summary>Takes down a rendered chat for a <see cref="ChatTemplate"/>; neighbours of one kind become one segment.</summary>
public sealed class SegmentWriter
{
    private readonly List<TextSegment> _segments = [];
    private readonly StringBuilder _pending = new();
    private bool _pendingIsTemplate;

    internal SegmentWriter() { }

    /// <summary>Writes text of the template, in which special tokens are recognised.</summary>
    /// <returns>This writer.</returns>
    public SegmentWriter Template(string text) => Append(text, isTemplate: true);

    /// <summary>Writes text from a message or a tool, in which they are not.</summary>
    /// <returns>This writer.</returns>
    public SegmentWriter Content(string text) => Append(text, isTemplate: false);

    internal IReadOnlyList<TextSegment> Segments()
    {
        Flush();
        return _segments;
    }

    private SegmentWriter Append(string text, bool isTemplate)
    {
        if (text.Length > 0 && isTemplate != _pendingIsTemplate)
        {
            Flush();
            _pendingIsTemplate = isTemplate;
        }

        _pending.Append(text);
        return this;
    }

    private void Flush()
    {
        if (_pending.Length > 0)
        {
            _segments.Add(new TextSegment(_pending.ToString(), _pendingIsTemplate));
            _pending.Clear();
        }
    }
}
