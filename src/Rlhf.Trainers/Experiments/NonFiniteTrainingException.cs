namespace Rlhf.Trainers.Experiments;

/// <summary>Too many optimizer steps in a row had a loss or gradient norm that is not finite.</summary>
public sealed class NonFiniteTrainingException : Exception
{
    /// <summary>Makes the exception.</summary>
    public NonFiniteTrainingException(string message)
        : base(message) { }
}
