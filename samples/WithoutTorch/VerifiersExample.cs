// begin
using Rlhf;
using Rlhf.Scoring;
using Rlhf.Verification;

// end
namespace WithoutTorch;

/// <summary>A verifier run by the scorer: the read-me page of Rlhf.Verifiers.</summary>
internal static class VerifiersExample
{
    public static void Run()
    {
        // begin
        Problem problem = new()
        {
            Id = "1",
            Question = "What is 6 * 7?",
            Answer = "42",
        };
        RewardScorer scorer = new([Verifiers.Math()]);
        RewardScores scores = scorer.Score([new(problem, @"So it is \boxed{\frac{84}{2}}.", steps: [], truncated: false)]);
        foreach (SourceScores source in scores.Sources)
        {
            Console.WriteLine($"{source.Name}: {source.Values[0][0]}"); // verifier: 1
        }
        // end
    }
}
