// begin
using Rlhf;

// end
namespace WithoutTorch;

/// <summary>A reward source of one's own: the read-me page of Rlhf.Abstractions.</summary>
internal static class ContractsExample
{
    public static async Task Run()
    {
        // begin
        IRewardSource brief = FunctionRewardSource.Outcome("brief", c => c.Text.Length <= 20 ? 1 : 0);
        Problem problem = new() { Id = "1", Question = "What is 6 * 7?" };
        Completion completion = new(problem, "It is 42.", steps: [], truncated: false);
        RewardScore score = await brief.ScoreAsync(completion, CancellationToken.None);
        Console.WriteLine($"{brief.Name}: {score.Values[0]}"); // brief: 1
        // end
    }
}
