namespace Rlhf.Verification.Equivalence;

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
/// <param name="Elements">The answers.</param>
/// <param name="IsSet">Whether they stand in braces.</param>
/// <param name="Name">The letter that they were said of; null for none.</param>
/// <param name="Join">The word between them, <c>and</c> or <c>or</c>; null for commas.</param>
internal sealed record ListAnswer(IReadOnlyList<Answer> Elements, bool IsSet, string? Name = null, string? Join = null) : Answer;

/// <summary>Several answers in an order, in brackets.</summary>
/// <param name="Open">The bracket that opens.</param>
/// <param name="Close">The bracket that closes.</param>
/// <param name="Elements">The answers.</param>
/// <param name="Name">The letters that they were said of; null for none.</param>
internal sealed record TupleAnswer(string Open, string Close, IReadOnlyList<Answer> Elements, string? Name = null) : Answer;

/// <summary>Rows of a matrix.</summary>
internal sealed record MatrixAnswer(IReadOnlyList<IReadOnlyList<Answer>> Rows, bool IsDeterminant) : Answer;

/// <summary>Sides that are said to be equal; a side that only names a quantity has a name.</summary>
internal sealed record EquationAnswer(IReadOnlyList<EquationSide> Sides) : Answer;

/// <summary>Several in a fixed order with colons between: a ratio, a time of day.</summary>
/// <param name="Parts">What stands between the colons.</param>
/// <param name="HalfOfDay"><c>am</c> or <c>pm</c>; null for none.</param>
internal sealed record RatioAnswer(IReadOnlyList<Answer> Parts, string? HalfOfDay) : Answer;

/// <summary>What goes on as it begins: <c>1, 2, …, n</c>. The order counts.</summary>
/// <param name="Before">The elements before the dots.</param>
/// <param name="After">Those after them.</param>
/// <param name="IsSet">Whether it stands in braces.</param>
internal sealed record SequenceAnswer(IReadOnlyList<Answer> Before, IReadOnlyList<Answer> After, bool IsSet) : Answer;

/// <summary>Two sides and a relation that is not computed: <c>p ⇒ q</c>, <c>A ⊂ B</c>, a reaction.</summary>
internal sealed record StatementAnswer(string Relation, Answer Left, Answer Right) : Answer;

/// <summary>Remainders: <c>n ≡ 1, 3 (mod 4)</c>.</summary>
/// <param name="Of">What leaves them; null where it is not said.</param>
/// <param name="Remainders">The numbers that it is congruent to.</param>
/// <param name="Modulus">What it is divided by.</param>
internal sealed record CongruenceAnswer(Expression? Of, IReadOnlyList<Expression> Remainders, Expression Modulus) : Answer;

/// <summary>An answer under a condition.</summary>
/// <param name="Main">The answer.</param>
/// <param name="Condition">What it holds for; null where that is only words.</param>
/// <param name="Words">The condition as text.</param>
/// <param name="IsAlways">Whether it is none: "for all x".</param>
internal sealed record ConditionalAnswer(Answer Main, Answer? Condition, string Words, bool IsAlways) : Answer;

/// <summary>One side of an equation.</summary>
/// <param name="Name">The letter, <c>f(x)</c> or word that it consists of; null for anything else.</param>
/// <param name="Content">What it says; null for a word.</param>
/// <param name="Letter">The letter that the name is a function of; null for none.</param>
internal sealed record EquationSide(string? Name, Answer? Content, string? Letter = null);

/// <summary>A part of the real line.</summary>
/// <param name="Pieces">Its pieces, in order, none touching another.</param>
/// <param name="Variable">The letter that it was said of; null for none.</param>
internal sealed record RealSetAnswer(IReadOnlyList<RealInterval> Pieces, string? Variable) : Answer;

/// <summary>A piece of the real line; null for an end at infinity.</summary>
internal readonly record struct RealInterval(MathValue? Low, bool HasLow, MathValue? High, bool HasHigh);
