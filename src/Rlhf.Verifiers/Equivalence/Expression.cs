using System.Numerics;

namespace Rlhf.Verification.Equivalence;

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

    /// <summary>How many parts it has, itself included.</summary>
    public int Size => All().Count();

    /// <summary>Whether a part fits.</summary>
    public bool Any(Func<Expression, bool> fits) => All().Any(fits);

    /// <summary>The tree with every part replaced for which there is a replacement, from the leaves up; without recursion.</summary>
    public Expression Rewrite(Func<Expression, Expression?> replacement)
    {
        Stack<(Expression Tree, Expression[] Parts, int Next)> open = new([(this, new Expression[Parts.Count], 0)]);
        while (true)
        {
            (Expression tree, Expression[] parts, int next) = open.Pop();
            if (next < parts.Length)
            {
                open.Push((tree, parts, next + 1));
                open.Push((tree.Parts[next], new Expression[tree.Parts[next].Parts.Count], 0));
                continue;
            }

            bool changed = false;
            for (int i = 0; i < parts.Length; i++)
            {
                changed |= !ReferenceEquals(parts[i], tree.Parts[i]);
            }

            Expression rebuilt = changed ? tree.With(parts) : tree;
            rebuilt = replacement(rebuilt) ?? rebuilt;
            if (!open.TryPeek(out var above))
            {
                return rebuilt;
            }

            above.Parts[above.Next - 1] = rebuilt;
        }
    }

    /// <summary>Its kind with other parts.</summary>
    protected virtual Expression With(Expression[] parts) => this;

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

    protected override Expression With(Expression[] parts) => new Operation(Name, parts);
}

/// <summary>
/// Something that is not computed: a function known by name only, an integral, a limit. Equal to another of the same head whose parts are
/// equal, whatever they are.
/// </summary>
internal sealed record Opaque(string Head, params Expression[] Arguments) : Expression
{
    public override IReadOnlyList<Expression> Parts => Arguments;

    protected override Expression With(Expression[] parts) => new Opaque(Head, parts);
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
