namespace Rlhf.Verification;

/// <summary>Where a final number is looked for.</summary>
public enum NumberSearch
{
    /// <summary>After the marker, as GSM8K's official rule reads it: <c>#### (\-?[0-9\.\,]+)</c>, commas dropped.</summary>
    Strict,

    /// <summary>
    /// The response's final answer, as <see cref="MathOptions"/> finds it, where it is one number: <c>$1,234.50.</c>, <c>-3</c>, <c>75%</c>
    /// (read as 75), <c>3/4</c>, <c>2 2/3</c>, <c>17 - 3 = 14</c> (14). A number within a larger expression is none.
    /// </summary>
    Flexible,
}
