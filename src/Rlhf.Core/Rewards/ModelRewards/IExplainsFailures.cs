namespace Rlhf.Rewards.ModelRewards;

/// <summary>A reward model that knows why it could not score a completion.</summary>
internal interface IExplainsFailures
{
    /// <summary>Why an entry of a row of the batch scored last is invalid; null where it does not know.</summary>
    (ScoreFailure Cause, string What)? WhyInvalid(int row);
}
