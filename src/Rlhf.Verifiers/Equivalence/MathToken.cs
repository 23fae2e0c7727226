namespace Rlhf.Verification.Equivalence;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>Digits, with a point, without separators; a power of ten after e is part of it.</summary>
    Number,

    /// <summary>One letter of a formula.</summary>
    Letter,

    /// <summary>Several plain letters: a function's name, a unit, a word, or a product.</summary>
    Word,

    /// <summary>What <c>\text{…}</c> and its like hold.</summary>
    Text,

    /// <summary>A command without its backslash.</summary>
    Command,

    /// <summary>One character, or a bracket: <c>\{</c> is <c>set{</c>, <c>\langle</c> is <c>&lt;(</c>.</summary>
    Symbol,

    /// <summary>A sign of money.</summary>
    Currency,
}

/// <summary>A piece of an answer.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="AfterSpace">Whether white space stands before it.</param>
internal readonly record struct MathToken(TokenKind Kind, string Text, bool AfterSpace)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsCommand(string name) => Kind == TokenKind.Command && Text == name;

    public bool IsWords => Kind is TokenKind.Word or TokenKind.Text;
}
