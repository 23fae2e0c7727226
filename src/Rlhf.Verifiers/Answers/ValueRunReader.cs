using Rlhf.Verification.Equivalence;

namespace Rlhf.Verification.Answers;

/// <summary>
/// Finds whole expressions in the pieces of a running text. Signs tie operands together, brackets hold theirs, and "or", "and", commas and
/// colons join values; words, full stops and line breaks end an expression.
/// </summary>
internal sealed class ValueRunReader
{
    private const string PrefixSigns = "-+\u2212\u2213±√∛|∑∫";

    private readonly string _text;
    private readonly List<ProseToken> _tokens;

    // For an opening bracket that holds an expression alone the place of the closing one; otherwise -1.
    private readonly int[] _closing;

    // Pieces after which signs and names of functions run on to no operand: nothing begins among them, and a row of signs is read once.
    private Range _barren;

    public ValueRunReader(string text)
    {
        (_text, _tokens) = (text, ProseLexer.Read(text));
        _closing = ProseBrackets.Match(_tokens);
    }

    public IReadOnlyList<ProseToken> Tokens => _tokens;

    /// <summary>The piece's text.</summary>
    public ReadOnlySpan<char> Text(int token) => _text.AsSpan(_tokens[token].Start.._tokens[token].End);

    /// <summary>The text from one piece to another.</summary>
    public string Slice(int first, int last) => _text[_tokens[first].Start.._tokens[last].End];

    /// <summary>What a run says, without the delimiters of its formulas.</summary>
    public string Text(ValueRun run) => Formulas.Bare(_text, _tokens, run);

    /// <summary>Where a bracket closes that holds an expression alone; null for any other piece.</summary>
    public int? Closing(int token) => _closing[token] >= 0 ? _closing[token] : null;

    /// <summary>The expression that begins at a piece; null where none does.</summary>
    public ValueRun? ReadAt(int start)
    {
        if (start > _barren.Start.Value && start < _barren.End.Value)
        {
            return null;
        }

        int at = start,
            last = -1;
        bool wanted = true, // an operand
            isValue = false;
        while (at < _tokens.Count)
        {
            ProseToken token = _tokens[at];
            int next = wanted ? Operand(at, at == start, ref wanted) : Following(at, ref wanted);
            if (next < 0)
            {
                break;
            }

            isValue |=
                token.Kind is ProseKind.Number or ProseKind.Formula or ProseKind.Function
                || (token.Kind == ProseKind.Open && HoldsValue(at));
            last = wanted ? last : next - 1;
            at = next;
        }

        if (last < 0)
        {
            _barren = start..Math.Max(start, at);
            return null;
        }

        return new(start, last, isValue, at < _tokens.Count ? IsCut(at) : wanted);
    }

    // Whether what goes on after an expression is missing: the text ends, or a bracket never does.
    private bool IsCut(int at) =>
        _tokens[at].Kind switch
        {
            ProseKind.Operator or ProseKind.Relation => IsEnd(at + 1),
            ProseKind.Joiner => Text(at) is not (":" or "：") && IsEnd(at + 1),
            ProseKind.Open => !_tokens[at].Spaced && _closing[at] < 0,
            _ => false,
        };

    // Where an operand, or a sign before it, ends; -1 where none begins.
    private int Operand(int at, bool isFirst, ref bool wanted)
    {
        ProseToken token = _tokens[at];
        switch (token.Kind)
        {
            case ProseKind.Number or ProseKind.Letter or ProseKind.Formula:
                wanted = false;
                return at + 1;
            case ProseKind.Function:
                wanted =
                    !Text(at).Equals("pi", StringComparison.OrdinalIgnoreCase)
                    && !Text(at).Equals("infinity", StringComparison.OrdinalIgnoreCase);
                return at + 1;
            case ProseKind.Open when _closing[at] >= 0:
                wanted = false;
                return _closing[at] + 1;
            case ProseKind.Operator when PrefixSigns.Contains(_text[token.Start], StringComparison.Ordinal) || _text[token.Start] == '\\':
                return at + 1 < _tokens.Count && (!isFirst || !_tokens[at + 1].Spaced) ? at + 1 : -1;
            case ProseKind.Operator
                when at > 0 && _tokens[at - 1].Kind == ProseKind.Function && _text[token.Start] is '_' or '^' && Begins(at + 1):
                return at + 1;
            case ProseKind.Relation when isFirst:
                return at + 1;
            case ProseKind.Word when isFirst && IsGlued(at):
                wanted = false;
                return at + 1;
            default:
                return -1;
        }
    }

    // What goes on after an operand; -1 where nothing does.
    private int Following(int at, ref bool wanted)
    {
        ProseToken token = _tokens[at],
            before = _tokens[at - 1];
        switch (token.Kind)
        {
            case ProseKind.Postfix:
                return token.Spaced && !Text(at).EndsWith("%") && !Text(at).SequenceEqual("°") ? -1
                    : Text(at).SequenceEqual("!") && IsExclamation(at) ? -1
                    : at + 1;
            case ProseKind.Operator when Text(at).SequenceEqual("|"):
                return token.Spaced ? -1 : at + 1;
            case ProseKind.Operator or ProseKind.Relation:
                wanted = Begins(at + 1);
                return wanted ? at + 1 : -1;
            case ProseKind.Joiner:
                int value = Joined(at);
                wanted = value >= 0;
                return value;
            case ProseKind.Open when _closing[at] >= 0:
                // "5 (2 + 3)" explains the 5; "2 (x + 1)" multiplies.
                return token.Spaced && before.Kind == ProseKind.Number && !HoldsLetter(at) ? -1 : _closing[at] + 1;
            case ProseKind.Word when !token.Spaced:
                return at + 1;
            case ProseKind.Word:
                return IsCounted(at) ? at + 1 : -1;
            case ProseKind.Letter when token.Spaced:
                return Text(at) is "x" or "X" && before.Kind == ProseKind.Number && IsKind(at + 1, ProseKind.Number) ? at + 1
                    : before.Kind is ProseKind.Number or ProseKind.Close && IsSigned(at + 1) ? at + 1
                    : IsCommand(at - 1) && !IsKind(at + 1, ProseKind.Word) ? at + 1
                    : -1;
            case ProseKind.Number when token.Spaced:
                return
                    before.Kind == ProseKind.Number
                    || (before.Kind == ProseKind.Close && Text(at - 1) is "}")
                    || (before.Kind == ProseKind.Letter && Text(at - 1) is "x" or "X")
                    || IsUnit(at - 1)
                    ? at + 1
                    : -1;
            case ProseKind.Formula
            or ProseKind.Function when token.Spaced && !(before.Kind is ProseKind.Number or ProseKind.Close || IsCommand(at - 1)):
                return -1;
            case ProseKind.Number or ProseKind.Letter or ProseKind.Formula or ProseKind.Function:
                wanted = token.Kind == ProseKind.Function && !Text(at).Equals("pi", StringComparison.OrdinalIgnoreCase);
                return at + 1;
            default:
                return -1;
        }
    }

    // Whether an operand, or a sign and an operand, begins here.
    private bool Begins(int at) =>
        at < _tokens.Count
        && (
            _tokens[at].Kind is ProseKind.Number or ProseKind.Letter or ProseKind.Formula or ProseKind.Function
            || (_tokens[at].Kind == ProseKind.Open && _closing[at] >= 0)
            || (
                _tokens[at].Kind == ProseKind.Operator
                && PrefixSigns.Contains(_text[_tokens[at].Start], StringComparison.Ordinal)
                && at + 1 < _tokens.Count
                && _tokens[at + 1].Kind is ProseKind.Number or ProseKind.Letter or ProseKind.Formula or ProseKind.Function or ProseKind.Open
            )
        );

    // Where the value begins that a comma, colon or word joins to the one before it; -1 where it joins nothing.
    private int Joined(int at)
    {
        bool colon = _text[_tokens[at].Start] is ':' or '：';
        int value = at + 1;
        if (value < _tokens.Count && _tokens[value].Kind == ProseKind.Joiner && _text[_tokens[value].Start] is 'o' or 'a' or 'O' or 'A')
        {
            value++;
        }

        if (!Begins(value))
        {
            return -1;
        }

        ProseToken token = _tokens[value];
        if (colon)
        {
            // 2:30 and 3 : 4, but "Step 1: 5".
            return token.Kind == ProseKind.Number && token.Spaced == _tokens[at].Spaced ? value : -1;
        }

        return token.Kind switch
        {
            ProseKind.Letter => IsSigned(value + 1) ? value : -1,
            ProseKind.Function => value + 1 < _tokens.Count
            && _tokens[value + 1].Kind is ProseKind.Open or ProseKind.Operator or ProseKind.Number
                ? value
                : -1,
            _ => value,
        };
    }

    // "5 apples and 6 oranges", "2 hours 30 minutes": a word that is counted, with another value after it.
    private bool IsCounted(int at)
    {
        if (
            at + 1 >= _tokens.Count
            || _tokens[at - 1].Kind is not (ProseKind.Number or ProseKind.Formula)
            || AnswerCues.EndsAnswer(Text(at))
        )
        {
            return false;
        }

        return _tokens[at + 1].Kind == ProseKind.Number
            ? IsUnit(at)
            : _tokens[at + 1].Kind == ProseKind.Joiner
                && Joined(at + 1) is >= 0 and var value
                && _tokens[value].Kind is ProseKind.Number or ProseKind.Formula;
    }

    private bool IsUnit(int at) => _tokens[at].Kind == ProseKind.Word && Units.IsKnown(_text[_tokens[at].Start.._tokens[at].End]);

    private bool IsSigned(int at) => at < _tokens.Count && _tokens[at].Kind is ProseKind.Relation or ProseKind.Operator && Begins(at + 1);

    private bool IsKind(int at, ProseKind kind) => at < _tokens.Count && _tokens[at].Kind == kind;

    // A command of LaTeX that stands in no delimiters.
    private bool IsCommand(int at) =>
        _tokens[at].Kind == ProseKind.Formula && _text[_tokens[at].Start] == '\\' && char.IsAsciiLetter(_text[_tokens[at].Start + 1]);

    // A word with a number, an index or a hyphen and a number directly after it: CO2, log_2, COVID-19.
    private bool IsGlued(int at) =>
        at + 1 < _tokens.Count
        && !_tokens[at + 1].Spaced
        && (
            _tokens[at + 1].Kind == ProseKind.Number
            || (
                _tokens[at + 1].Kind == ProseKind.Operator
                && _text[_tokens[at + 1].Start] is '_' or '-' or '^'
                && at + 2 < _tokens.Count
                && !_tokens[at + 2].Spaced
                && _tokens[at + 2].Kind is ProseKind.Number or ProseKind.Open
            )
        );

    // "It is 18!" is no factorial: nothing goes on, and no other one was written.
    private bool IsExclamation(int at) =>
        (
            at + 1 == _tokens.Count
            || (_tokens[at + 1].Spaced && _tokens[at + 1].Kind is not (ProseKind.Operator or ProseKind.Relation))
            || _tokens[at + 1].Kind == ProseKind.Line
        )
        && _text.AsSpan(0, _tokens[at].Start).LastIndexOf('!') is var before
        && !(before > 0 && char.IsLetterOrDigit(_text[before - 1]));

    private bool IsEnd(int at)
    {
        while (at < _tokens.Count && _tokens[at].Kind == ProseKind.Line)
        {
            at++;
        }

        return at >= _tokens.Count;
    }

    private bool HoldsValue(int open) => Holds(open, ProseKind.Number) || Holds(open, ProseKind.Formula);

    private bool HoldsLetter(int open) => Holds(open, ProseKind.Letter);

    private bool Holds(int open, ProseKind kind)
    {
        for (int i = open + 1; i < _closing[open]; i++)
        {
            if (_tokens[i].Kind == kind)
            {
                return true;
            }
        }

        return false;
    }
}
