using System.Text;
using System.Text.RegularExpressions;

namespace Rlhf.Chat;

/// <summary>
/// A Jinja template in a form in which two texts are equal if they differ only in what changes nothing: line ends, white space inside tags
/// and around the whole, white space between tags that is not written (block tags take their line break and indentation, as
/// <c>transformers</c> has it, and <c>-</c> all of it), the quotes of literals, and comments.
/// </summary>
/// <param name="Text">That form, the default system message of ChatML replaced by a mark.</param>
/// <param name="System">The default system message; null where the template has none.</param>
internal sealed partial record JinjaText(string Text, string? System)
{
    private const string Space = " \t\n\r\v\f";
    private const char LiteralMark = '\u0001';
    private const char SystemMark = '\u0002';
    private const char DataMark = '\u0003';

    private enum Kind
    {
        Code,
        Literal,
        Data,
    }

    public static JinjaText Read(string jinja)
    {
        List<(Kind Kind, string Text)> parts = new Scanner(
            jinja.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
        ).Parts();
        string? system = parts
            .Where(p => p.Kind == Kind.Literal)
            .Select(p => SystemMessage().Match(p.Text))
            .FirstOrDefault(m => m.Success && !m.Groups[1].Value.Contains("<|", StringComparison.Ordinal))
            ?.Groups[1]
            .Value;
        StringBuilder text = new();
        foreach ((Kind kind, string part) in parts)
        {
            _ = kind switch
            {
                Kind.Literal => text.Append(LiteralMark).Append(WithoutSystem(part, system)).Append(LiteralMark),
                Kind.Data => text.Append(DataMark).Append(part).Append(DataMark),
                _ => text.Append(part),
            };
        }

        return new(text.ToString(), system);
    }

    private static string WithoutSystem(string literal, string? system) =>
        system is null ? literal
        : literal == system ? SystemMark.ToString()
        : literal == $"{ChatMl.Start}system\n{system}{ChatMl.End}\n" ? $"{ChatMl.Start}system\n{SystemMark}{ChatMl.End}\n"
        : literal;

    [GeneratedRegex(@"\A<\|im_start\|>system\n(.+)<\|im_end\|>\n\z", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex SystemMessage();

    // Cuts a template into what stands between tags, code, and literals.
    private sealed class Scanner(string text)
    {
        private readonly List<(Kind Kind, string Text)> _parts = [];
        private int _at;
        private char _openBefore;
        private char _markBefore;

        public List<(Kind Kind, string Text)> Parts()
        {
            while (_at <= text.Length)
            {
                int open = NextTag(_at);
                AddData(open);
                if (open == text.Length)
                {
                    break;
                }

                _openBefore = text[open + 1];
                _at = open + 2;
                _at += Mark(_at) is '\0' ? 0 : 1;
                if (_openBefore == '#')
                {
                    SkipComment();
                }
                else
                {
                    AddCode(_openBefore == '{' ? "}}" : "%}");
                }
            }

            return Trimmed();
        }

        private int NextTag(int from)
        {
            for (int at = from; at + 1 < text.Length; at++)
            {
                if (text[at] == '{' && text[at + 1] is '{' or '%' or '#')
                {
                    return at;
                }
            }

            return text.Length;
        }

        private char Mark(int at) => at < text.Length && text[at] is '-' or '+' ? text[at] : '\0';

        private void AddData(int open)
        {
            string data = text[_at..open];
            bool lineStarts = _at == 0;
            if (_openBefore is '%' or '#' && _markBefore == '\0' && data.StartsWith('\n'))
            {
                data = data[1..];
                lineStarts = true;
            }

            data = _markBefore == '-' ? data.TrimStart([.. Space]) : data;
            if (open < text.Length && Mark(open + 2) == '-')
            {
                data = data.TrimEnd([.. Space]);
            }
            else if (open < text.Length && Mark(open + 2) == '\0' && text[open + 1] is '%' or '#')
            {
                int line = data.LastIndexOf('\n') + 1;
                data = (line > 0 || lineStarts) && data.AsSpan(line).Trim(" \t").IsEmpty ? data[..line] : data;
            }

            if (data.Length > 0 && _parts.Count > 0 && _parts[^1].Kind == Kind.Data)
            {
                _parts[^1] = (Kind.Data, _parts[^1].Text + data);
            }
            else if (data.Length > 0)
            {
                _parts.Add((Kind.Data, data));
            }
        }

        private void SkipComment()
        {
            int end = text.IndexOf("#}", _at, StringComparison.Ordinal);
            _markBefore = end > _at ? Mark(end - 1) : '\0';
            _at = end < 0 ? text.Length : end + 2;
        }

        private void AddCode(string close)
        {
            Add(close == "}}" ? "{{" : "{%");
            int depth = 0;
            bool gap = false;
            char last = '\0';
            _markBefore = '\0';
            while (_at < text.Length)
            {
                char c = text[_at];
                if ((depth == 0 || close == "%}") && Ends(close))
                {
                    break;
                }

                if (c is '\'' or '"')
                {
                    AddLiteral(c);
                    (gap, last) = (false, '\0');
                    continue;
                }

                _at++;
                if (Space.Contains(c))
                {
                    gap = true;
                    continue;
                }

                Add(gap && IsWord(c) && IsWord(last) ? " " : "");
                depth +=
                    c is '(' or '[' or '{' ? 1
                    : c is ')' or ']' or '}' ? -1
                    : 0;
                Add(c.ToString());
                (gap, last) = (false, c);
            }

            Add(close);
        }

        private bool Ends(string close)
        {
            int at = Mark(_at) == '\0' ? _at : _at + 1;
            if (string.CompareOrdinal(text, at, close, 0, close.Length) != 0)
            {
                return false;
            }

            _markBefore = Mark(_at);
            _at = at + close.Length;
            return true;
        }

        private void AddLiteral(char quote)
        {
            StringBuilder literal = new();
            for (_at++; _at < text.Length && text[_at] != quote; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                {
                    literal.Append(
                        text[++_at] switch
                        {
                            'n' => "\n",
                            't' => "\t",
                            'r' => "\r",
                            '\\' => "\\",
                            '\'' => "'",
                            '"' => "\"",
                            char other => $"\\{other}",
                        }
                    );
                }
                else
                {
                    literal.Append(text[_at]);
                }
            }

            _at++;
            _parts.Add((Kind.Literal, literal.ToString()));
        }

        private void Add(string code)
        {
            if (code.Length > 0)
            {
                _parts.Add((Kind.Code, code));
            }
        }

        private List<(Kind Kind, string Text)> Trimmed()
        {
            if (_parts.Count > 0 && _parts[0].Kind == Kind.Data)
            {
                _parts[0] = (Kind.Data, _parts[0].Text.TrimStart([.. Space]));
            }

            if (_parts.Count > 0 && _parts[^1].Kind == Kind.Data)
            {
                _parts[^1] = (Kind.Data, _parts[^1].Text.TrimEnd([.. Space]));
            }

            _parts.RemoveAll(p => p.Kind == Kind.Data && p.Text.Length == 0);
            return _parts;
        }

        private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
    }
}
