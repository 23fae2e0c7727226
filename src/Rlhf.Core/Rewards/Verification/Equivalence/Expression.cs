using System.Numerics;

namespace Rlhf.Rewards.Verification.Equivalence;

/// <summary>What an answer's mathematics says, as a tree.</summary>
internal abstract record Expression
{
    /// <summary>The letter that stands for the sign of ±: +1 and −1.</summary>
    public const string PlusMinus = "±";

    public static Expression Zero { get; } = new Number(ExactNumber.FromInteger(BigInteger.Zero)!.Value);

    /// <summary>The parts, in order.</summary>
    public virtual IReadOnlyList<Expression> Parts => [];

    /// <summary>All letters.</summary>
    public IEnumerable<string> Symbols() => All().OfType<Symbol>().Select(s => s.Name);

    /// <summary>Whether a part fits.</summary>
    public bool Any(Func<Expression, bool> fits) => All().Any(fits);

    // Itself and every part, without recursion: a long sum is deep.
    private IEnumerable<Expression> All()
    {
        Stack<Expression> open = new([this]);
        while (open.TryPop(out Expression? next))
        {
            yield return next;
            for (int i = 0; i < next.Parts.Count; i++)
            {
                open.Push(next.Parts[i]);
            }
        }
    }
}

/// <summary>A number written out.</summary>
/// <param name="Value">Its exact value.</param>
/// <param name="Decimals">Digits after the point of a plain decimal; null for everything else.</param>
internal sealed record Number(ExactNumber Value, int? Decimals = null) : Expression;

/// <summary>A letter, with its subscript.</summary>
internal sealed record Symbol(string Name) : Expression;

/// <summary>A named constant.</summary>
internal sealed record Constant(ConstantName Name) : Expression;

/// <summary>One of the functions of one argument, and operations on two.</summary>
internal sealed record Operation(OperationName Name, params Expression[] Arguments) : Expression
{
    public override IReadOnlyList<Expression> Parts => Arguments;
}

internal enum ConstantName
{
    Pi,
    E,
    I,
    Infinity,
}

internal enum OperationName
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Power,

    /// <summary>Of the second argument, by the first: the real root where there is one.</summary>
    Root,

    /// <summary>Of the second argument, to the base of the first.</summary>
    Logarithm,
    Binomial,
    Modulo,
    Gcd,
    Lcm,
    Maximum,
    Minimum,
    Factorial,
    Absolute,
    Floor,
    Ceiling,
    Sqrt,
    Exp,
    Ln,
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
}
