namespace Rlhf.Verification.Answers;

/// <summary>A whole expression in running text: as many pieces as belong together.</summary>
/// <param name="First">Its first piece.</param>
/// <param name="Last">Its last piece.</param>
/// <param name="IsValue">Whether it holds a number or a formula.</param>
/// <param name="IsCutOff">Whether the text ends within it: after a sign, a comma or an open bracket.</param>
internal readonly record struct ValueRun(int First, int Last, bool IsValue, bool IsCutOff);
