namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>What an answer says.</summary>
internal abstract record Answer;

/// <summary>A value or formula, with what may stand beside it.</summary>
/// <param name="Value">Its expression.</param>
/// <param name="Unit">The unit or counted noun in its usual form; null for none.</param>
/// <param name="IsPercent">Whether a percent sign follows.</param>
internal sealed record ValueAnswer(Expression Value, string? Unit = null, bool IsPercent = false) : Answer;

/// <summary>Digits in a base: <c>52_8</c>.</summary>
internal sealed record BaseAnswer(string Digits, string Base) : Answer;

/// <summary>Several answers without an order; in braces a repeated one counts once.</summary>
internal sealed record ListAnswer(IReadOnlyList<Answer> Elements, bool IsSet) : Answer;

/// <summary>Several answers in an order, in brackets.</summary>
internal sealed record TupleAnswer(string Open, string Close, IReadOnlyList<Answer> Elements) : Answer;

/// <summary>Rows of a matrix.</summary>
internal sealed record MatrixAnswer(IReadOnlyList<IReadOnlyList<Answer>> Rows, bool IsDeterminant) : Answer;

/// <summary>Sides that are said to be equal; a side that only names a quantity has a name.</summary>
internal sealed record EquationAnswer(IReadOnlyList<EquationSide> Sides) : Answer;

/// <summary>One side of an equation.</summary>
/// <param name="Name">The letter, <c>f(x)</c> or word that it consists of; null for anything else.</param>
/// <param name="Content">What it says; null for a word.</param>
internal sealed record EquationSide(string? Name, Answer? Content);

/// <summary>A part of the real line.</summary>
/// <param name="Pieces">Its pieces, in order, none touching another.</param>
/// <param name="Variable">The letter that it was said of; null for none.</param>
internal sealed record RealSetAnswer(IReadOnlyList<RealInterval> Pieces, string? Variable) : Answer;

/// <summary>A piece of the real line; null for an end at infinity.</summary>
internal readonly record struct RealInterval(MathValue? Low, bool HasLow, MathValue? High, bool HasHigh);
