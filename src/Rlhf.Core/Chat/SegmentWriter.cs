using System.Text;
using Rlhf.Tokenizers;

namespace Rlhf.Chat;

/// <summary>Collects a rendered chat; neighbours of one kind become one segment.</summary>
internal sealed class SegmentWriter
{
    private readonly List<TextSegment> _segments = [];
    private readonly StringBuilder _pending = new();
    private bool _pendingIsTemplate;

    public SegmentWriter Template(string text) => Append(text, isTemplate: true);

    public SegmentWriter Content(string text) => Append(text, isTemplate: false);

    public IReadOnlyList<TextSegment> Segments()
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
