namespace Rlhf.Records;

/// <summary>A recorder that can go on where <see cref="IRunRecorder.Start"/> refused its damaged file.</summary>
internal interface IRecoversDamagedFile
{
    /// <summary>What a refusal ends with, which is no longer true where the run goes on.</summary>
    const string Remedy = " Repair the line or take it out; the file is as it was.";

    /// <summary>Starts in place of <see cref="IRunRecorder.Start"/>: the file is moved aside as it is, and what is sound in it goes on.</summary>
    /// <param name="run">The run, which resumes.</param>
    /// <returns>Where the damaged file lies now.</returns>
    string StartDamaged(RunInfo run);
}
