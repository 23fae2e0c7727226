namespace Rlhf.Records;

/// <summary>One reward column of a <see cref="CompletionTable"/>.</summary>
/// <param name="Stage">The stage's unique name, or <see cref="CompletionTable.RawStage"/>.</param>
/// <param name="Channel">The reward channel that the stage wrote.</param>
public sealed record RewardColumn(string Stage, string Channel);
