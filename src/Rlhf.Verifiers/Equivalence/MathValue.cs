namespace Rlhf.Verification.Equivalence;

/// <summary>A value: exact where it could be kept so, else to about a hundred digits and, if it is rational, its residues.</summary>
internal readonly struct MathValue
{
    private readonly BigComplex _approximate;

    private readonly Residues? _residues;

    private MathValue(ExactNumber? exact, BigComplex approximate, Residues? residues = null) =>
        (Exact, _approximate, _residues) = (exact, approximate, residues);

    public static MathValue Undefined { get; } = new(null, BigComplex.NaN);

    public ExactNumber? Exact { get; }

    public bool IsUndefined => Exact is null && _approximate.IsNaN;

    public BigComplex Approximate => Exact is { } exact ? BigComplex.From(exact) : _approximate;

    /// <summary>What stands for a rational number that is too large to write out, or is written out; null for any other.</summary>
    public Residues? Residues => Exact is { } exact ? Equivalence.Residues.Of(exact) : _residues;

    /// <summary>Whether it has a place on the real line.</summary>
    public bool IsReal => Exact is not null || (!_approximate.IsNaN && _approximate.IsReal);

    public static implicit operator MathValue(ExactNumber value) => new(value, default);

    public static implicit operator MathValue(BigComplex value) => new(null, value);

    public static bool AreEqual(MathValue a, MathValue b) =>
        a.Exact is { } x && b.Exact is { } y
            ? x == y
            : BigComplex.AreEqual(a.Approximate, b.Approximate) && (a.Residues is not { } r || b.Residues is not { } s || r == s);

    /// <summary>The value as a rational number that is known by its residues.</summary>
    public MathValue With(Residues residues) => new(null, _approximate, residues);

    /// <summary>Negative, 0 or positive; for real values.</summary>
    public static int Compare(MathValue a, MathValue b) =>
        AreEqual(a, b) ? 0
        : a.Exact is { } x && b.Exact is { } y ? x.CompareTo(y)
        : BigFloat.Compare(a.Approximate.Re, b.Approximate.Re);
}
