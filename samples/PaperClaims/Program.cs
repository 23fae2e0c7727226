using System.CommandLine;
using PaperClaims;
using Rlhf.Trainers.Experiments;

// Small reproductions of what the papers claim about rewards, one command each.
return ConsoleProgram.Run(cancellation =>
{
    Option<bool> quick = new("--quick") { Description = "One seed and the main settings: at most five minutes." };
    Option<DirectoryInfo?> folder = new("--out")
    {
        Description = "Where runs and page go; a study that lies there goes on. Default: runs/<study>, or runs/<study>-quick.",
    };
    Option<int> parallel = new("--parallel")
    {
        Description = "Runs at once, each on one thread.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };
    Option<int> firstSeed = new("--first-seed")
    {
        Description = "The first seed; rates and sizes were chosen with 1, which no page reports.",
        DefaultValueFactory = _ => 100,
    };
    Option<string[]> cells = new("--cells")
    {
        Description = "Runs these settings only, named as in the page's table; default all.",
        AllowMultipleArgumentsPerToken = true,
    };
    RootCommand root = new("Reproduces the papers' claims about rewards with small models.");
    foreach ((string name, string description, Func<bool, Study> create) in Studies.All)
    {
        Command command = new(name, description) { quick, folder, parallel, firstSeed, cells };
        command.SetAction(parse =>
        {
            bool isQuick = parse.GetValue(quick);
            Study study = (create(isQuick) with { FirstSeed = parse.GetValue(firstSeed) }).Only(parse.GetValue(cells) ?? []);
            string path = parse.GetValue(folder)?.FullName ?? Path.Combine("runs", isQuick ? name + "-quick" : name);
            StudyRunner runner = new(study, path, Math.Max(1, parse.GetValue(parallel)));
            try
            {
                runner.Run(cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
            finally
            {
                Console.WriteLine($"What is finished is written up in {StudyReport.Write(study, runner, path)}.");
            }

            return ConsoleProgram.Success;
        });
        root.Add(command);
    }

    Argument<string[]> recorded = new("folders") { Description = "Folders of finished studies.", Arity = ArgumentArity.OneOrMore };
    Command monitor = new("monitor", "Replays the hacking monitor on recorded runs: false alarms, detections, delays.") { recorded };
    monitor.SetAction(parse =>
    {
        Console.Write(MonitorReplay.Run(parse.GetValue(recorded)!));
        return ConsoleProgram.Success;
    });
    root.Add(monitor);
    Argument<string> run = new("folder");
    Command child = new(StudyRunner.ChildWord) { run };
    child.Hidden = true;
    child.SetAction(parse => StudyRunner.RunCell(parse.GetValue(run)!, cancellation));
    root.Add(child);
    return root.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
});
