using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Sft;

namespace Rlhf.Trainers.Experiments;

/// <summary>Whether a run chooses by the problems that it is measured on.</summary>
internal static class SelectionWarnings
{
    /// <summary>Warnings to show once, when the experiment starts.</summary>
    public static IReadOnlyList<string> Of(ExperimentOptions options)
    {
        bool evaluates = options.Evaluation.Every > 0 || options.Phases.Any(p => p is SftOptions { EvaluateEvery: > 0 });
        if (options.Data.Validation is not null || !evaluates)
        {
            return [];
        }

        string[] choices =
        [
            .. options
                .Phases.Index()
                .Where(p => p.Item is AlgorithmOptions { EarlyStop: not null })
                .Select(p => $"the early stop (phases:{p.Index}:earlyStop)"),
            .. options.Checkpoints.KeepBest ? (string[])["the best checkpoint (checkpoints:keepBest)"] : [],
        ];
        return choices.Length == 0
            ? []
            :
            [
                $"there are no validation problems, so {string.Join(" and ", choices)} is decided by the test problems, and the accuracy of what was chosen is too high on them. "
                    + "Name other problems as data:validation"
                    + (
                        !options.Phases.Any(p => p is AlgorithmOptions { EarlyStop: not null })
                            ? ", or set checkpoints:keepBest to false."
                            : "."
                    ),
            ];
    }
}
