namespace Rlhf.Datasets;

/// <summary>How the objects of a JSON-lines file become problems.</summary>
public enum ProblemSchema
{
    /// <summary>
    /// Plain fields: <c>question</c> and <c>answer</c>; a solution and an id only where <see cref="JsonLinesOptions"/> names their fields.
    /// </summary>
    Fields,

    /// <summary>
    /// GSM8K: <c>question</c>, and <c>answer</c> with worked steps and a last line <c>#### 18</c>. The number after <c>####</c>, without
    /// thousands commas, a currency sign or a full stop, is the answer; the steps without calculator annotations (<c>&lt;&lt;48/2=24&gt;&gt;</c>) and that line are the
    /// solution.
    /// </summary>
    Gsm8k,

    /// <summary>
    /// MATH: <c>problem</c>, <c>solution</c>, <c>answer</c>, and <c>unique_id</c> where there is one. Rows as first published have no
    /// <c>answer</c>: then it is what the solution's last <c>\boxed</c> holds.
    /// </summary>
    Math,

    /// <summary>
    /// SVAMP: <c>question</c>, <c>answer</c>, <c>equation</c> such as <c>( 8.0 - 3.0 )</c>, and <c>id</c> where there is one. The solution
    /// is the
    /// equation worked out a line an operation and ended as GSM8K's are, <c>8 - 3 = 5\n#### 5</c>; null where no exact steps give the
    /// answer.
    /// </summary>
    Svamp,
}
