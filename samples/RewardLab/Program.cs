using System.CommandLine;
using RewardLab;
using Rlhf.Shaping;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Spectre.Console;
using static TorchSharp.torch;

// What a reward pipeline would do with given completions, without a trainer.
const int WidthOfAFile = 200;

return ConsoleProgram.Run(cancellation =>
{
    Argument<FileInfo> completions = new("completions")
    {
        Description = "JSONL: question, response, and perhaps answer, solution, group, truncated, scores.",
    };
    Argument<FileInfo> pipeline = new("pipeline")
    {
        Description = "JSON: what the section rewards of an experiment holds; a source of type recorded takes the file's scores.",
    };
    Option<DirectoryInfo?> tokenizer = new("--tokenizer")
    {
        Description = "A folder with tokenizer.json, whose tokens count; without it a token is a byte.",
    };
    Option<string?> verifier = new("--verifier")
    {
        Description =
            "The source that every reward is compared with, as evaluation:verifier of an experiment; without it the only one that compares with the reference answer.",
    };
    Option<DirectoryInfo?> plots = new("--plots") { Description = "Where histograms of each stage go." };
    Option<int> rows = new("--rows") { Description = "Completions shown.", DefaultValueFactory = _ => 10 };
    Option<bool> steps = new("--steps") { Description = "Shows the shown completions step by step, too." };
    Option<long> seed = new("--seed") { Description = "Seed of noise.", DefaultValueFactory = _ => 1 };
    RootCommand root = new("Shows what every stage of a reward pipeline does with given completions.")
    {
        completions,
        pipeline,
        tokenizer,
        verifier,
        plots,
        rows,
        steps,
        seed,
    };
    root.SetAction(parse =>
    {
        FileInfo file = parse.GetValue(pipeline)!,
            responses = parse.GetValue(completions)!;
        foreach (FileInfo missing in ((FileInfo[])[file, responses]).Where(f => !f.Exists))
        {
            throw new ConfigurationException($"command line: there is no file {missing.FullName}.");
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfAFile;
        }

        using var scope = NewDisposeScope();
        LabResult result;
        try
        {
            result = Lab.Run(responses, file, parse.GetValue(tokenizer), parse.GetValue(verifier), parse.GetValue(seed), cancellation);
        }
        catch (RewardPipelineException e)
        {
            throw new ConfigurationException($"{file.FullName}: {e.Message}");
        }

        foreach (string warning in result.Warnings)
        {
            Console.Error.WriteLine($"Warning: {warning}");
        }

        LabReport.Completions(AnsiConsole.Console, result, parse.GetValue(rows));
        if (parse.GetValue(steps))
        {
            LabReport.Steps(AnsiConsole.Console, result, parse.GetValue(rows));
        }

        LabReport.Stages(AnsiConsole.Console, result);
        foreach (string plot in parse.GetValue(plots) is { } into ? LabPlots.Draw(result.Rewards, into.FullName) : [])
        {
            Console.WriteLine(plot);
        }

        return ConsoleProgram.Success;
    });
    return root.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
});
