namespace Rlhf.Records;

/// <summary>A point of a run: an iteration that is complete.</summary>
/// <param name="Phase">The phase's name.</param>
/// <param name="Step">The iteration's number in the phase, from 1; 0 = before its first.</param>
public readonly record struct RunPosition(string Phase, int Step);
