namespace Rlhf.Verification;

/// <summary>
/// Rule-based verifiers. Each works in time linear in the text, with a fixed bound on arithmetic and never by the clock, so that a
/// resumed run sees the same rewards; none throws on any text. A response without an answer is a valid 0 (and says so in
/// <c>name.answered</c>); a problem without a reference answer cannot be scored: its entry is invalid.
/// </summary>
public static class Verifiers
{
    /// <summary>1 where the response's final number equals the reference, else 0: GSM8K's rule.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource LastNumber(LastNumberOptions? options = null) => new LastNumberVerifier(options ?? new());

    /// <summary>1 where what the response's last <c>\boxed{…}</c> holds equals the reference, else 0: the rule of MATH.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Boxed(BoxedOptions? options = null) => new BoxedVerifier(options ?? new());

    /// <summary>1 where the response's final answer is mathematically equivalent to the reference, else 0.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Math(MathOptions? options = null) => new MathVerifier(options ?? new());

    /// <summary>1 where the answer's text equals the reference but for spaces, else 0.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Exact(ExactOptions? options = null) => new ExactVerifier(options ?? new());

    /// <summary>1 where what a regular expression finds in the response equals the reference but for spaces, else 0.</summary>
    /// <exception cref="ArgumentException">The pattern has no group <c>answer</c>, or is not one that can be matched in linear
    /// time.</exception>
    public static IRewardSource Regex(RegexVerifierOptions options) => new RegexVerifier(options);

    /// <summary>1 where the response's final number is within a tolerance of the reference, else 0.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource Numeric(NumericOptions? options = null) => new NumericVerifier(options ?? new());

    /// <summary>F1 of the items that the response's answer lists against those of the reference, 0 to 1.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource SetF1(SetF1Options? options = null) => new SetF1Verifier(options ?? new());

    /// <summary>1 where the response has the wanted form, else 0, whatever its answer.</summary>
    /// <exception cref="ArgumentException">An option is out of range or the pattern is not one that can be matched in linear
    /// time.</exception>
    public static IRewardSource Format(FormatOptions? options = null) => new FormatVerifier(options ?? new());

    /// <summary>For each step 1 where its arithmetic is right, else 0: a process reward that no model has to give.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IRewardSource ArithmeticSteps(ArithmeticStepsOptions? options = null) => new ArithmeticStepsVerifier(options ?? new());
}
