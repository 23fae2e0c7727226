namespace Rlhf.Bench;

/// <summary>One line of the benchmark's table.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Speed">Its speed, for orientation.</param>
/// <param name="Ratio">The figure that counts: a share of something measured in the same run.</param>
/// <param name="Of">What it is a share of.</param>
/// <param name="Seconds">Median seconds.</param>
internal sealed record Result(string Name, string Speed, double Ratio, string Of, double Seconds);
