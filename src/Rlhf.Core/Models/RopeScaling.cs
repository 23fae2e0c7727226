namespace Rlhf.Models;

/// <summary>Llama 3's scaling of rotary frequencies for longer texts.</summary>
/// <param name="Factor">Long wavelengths are stretched by it.</param>
/// <param name="LowFreqFactor">Wavelengths longer than the original length over this are long.</param>
/// <param name="HighFreqFactor">Wavelengths shorter than the original length over this stay as they are.</param>
/// <param name="OriginalMaxPositions">The length before scaling.</param>
public sealed record RopeScaling(double Factor, double LowFreqFactor, double HighFreqFactor, int OriginalMaxPositions);
