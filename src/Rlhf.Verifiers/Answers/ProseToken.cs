namespace Rlhf.Verification.Answers;

/// <summary>What a piece of running text is to an expression that may stand in it.</summary>
internal enum ProseKind
{
    /// <summary>Digits with their points and separators, sign of currency or percent.</summary>
    Number,

    /// <summary>One letter by itself.</summary>
    Letter,

    /// <summary>A word that is no function's name.</summary>
    Word,

    /// <summary>A function's name: <c>sin</c>, <c>log</c>, <c>sqrt</c>.</summary>
    Function,

    /// <summary>A formula in delimiters, or a command with its arguments.</summary>
    Formula,

    /// <summary>A sign between or before operands.</summary>
    Operator,

    /// <summary>A sign after an operand.</summary>
    Postfix,

    /// <summary><c>=</c>, <c>&lt;</c>, <c>≈</c> and the like.</summary>
    Relation,

    /// <summary>An opening bracket.</summary>
    Open,

    /// <summary>A closing bracket.</summary>
    Close,

    /// <summary>A comma, semicolon or colon, or the word "or" or "and".</summary>
    Joiner,

    /// <summary>A full stop, question mark, exclamation mark or arrow: an expression ends here.</summary>
    Stop,

    /// <summary>A line break.</summary>
    Line,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A piece of running text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">One past its last.</param>
/// <param name="Spaced">Whether white space stands before it.</param>
internal readonly record struct ProseToken(ProseKind Kind, int Start, int End, bool Spaced);
