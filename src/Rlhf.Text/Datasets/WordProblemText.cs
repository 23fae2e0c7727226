using System.Globalization;
using System.Text;

namespace Rlhf.Datasets;

/// <summary>Words a word problem: few templates and a small vocabulary, so that a small tokenizer has a token for every word.</summary>
internal static class WordProblemText
{
    private static readonly (string Name, string Pronoun)[] People =
    [
        ("Anna", "She"),
        ("Ben", "He"),
        ("Clara", "She"),
        ("David", "He"),
        ("Emma", "She"),
        ("Felix", "He"),
        ("Grace", "She"),
        ("Henry", "He"),
        ("Lucy", "She"),
        ("Max", "He"),
        ("Nora", "She"),
        ("Tom", "He"),
    ];

    private static readonly string[] Things =
    [
        "apples",
        "books",
        "cards",
        "coins",
        "cookies",
        "eggs",
        "flowers",
        "marbles",
        "pencils",
        "shells",
        "stamps",
        "toys",
    ];

    private static readonly string[] Containers = ["bags", "boxes", "jars"];

    private static readonly string[] Gains = ["buys", "finds", "gets"];

    private static readonly string[] Losses = ["gives away", "loses", "sells"];

    public static string Write(WordProblemPlan plan, WordProblemDraws draws)
    {
        (string name, string pronoun) = draws.Pick<(string, string)>(People);
        string things = draws.Pick<string>(Things);
        WordProblemStep first = plan.Steps[0];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name} has {first.Left} ");
        text.Append(
            plan.InBoxes
                ? string.Create(CultureInfo.InvariantCulture, $"{draws.Pick<string>(Containers)} of {first.Right} {things}.")
                : $"{things}."
        );
        foreach (WordProblemStep step in plan.Steps.Skip(plan.InBoxes ? 1 : 0))
        {
            text.Append(' ')
                .Append(
                    step.Operator switch
                    {
                        '+' => string.Create(CultureInfo.InvariantCulture, $"{pronoun} {draws.Pick<string>(Gains)} {step.Right} more."),
                        '-' => string.Create(CultureInfo.InvariantCulture, $"{pronoun} {draws.Pick<string>(Losses)} {step.Right}."),
                        _ => string.Create(CultureInfo.InvariantCulture, $"{pronoun} then has {step.Right} times as many."),
                    }
                );
        }

        return text.Append(CultureInfo.InvariantCulture, $" How many {things} does {name} have now?").ToString();
    }
}
