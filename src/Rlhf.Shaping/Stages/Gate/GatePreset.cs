namespace Rlhf.Shaping.Stages;

/// <summary>A gate's threshold as a paper has it.</summary>
public enum GatePreset
{
    /// <summary>
    /// Between an empty patch and one that fails the tests (arXiv 2508.10548): step rewards count once something was submitted that changes
    /// the repository.
    /// </summary>
    SweOutcome,
}
