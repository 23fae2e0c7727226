using System.Globalization;
using Rlhf.Fuzz;
using Rlhf.Fuzz.Targets;

// Damaged files and hostile texts for every reader of something foreign, in child processes. See docs/fuzzing.md.
const string Usage = """
    Rlhf.Fuzz [--inputs N] [--seed S] [--target NAME] [--workers W] [--findings FOLDER] [--list]
        reads N inputs (default 20000) shared out over all targets, or for one; exit code 1 where a fault was found
    Rlhf.Fuzz show NAME NUMBER [SEED]
        writes input NUMBER of a target to standard output
    Rlhf.Fuzz run NAME NUMBER [SEED]
        reads that input in this process
    """;

FuzzEntry[] targets =
[
    .. ModelTargets.All,
    .. TokenizerTargets.All,
    .. DataTargets.All,
    .. VerifierTargets.All,
    .. JudgeTargets.All,
    .. CheckpointTargets.All,
];

switch (args)
{
    case ["worker", var name, var seed, var from, var to, var progress, var findings]:
        using (FuzzTarget target = targets.First(t => t.Name == name).Open())
        {
            return Worker.Run(name, target, Number(seed), Number(from), Number(to), progress, findings);
        }

    case ["show" or "run", var name, var number, .. var rest] when targets.FirstOrDefault(t => t.Name == name) is { } entry:
        using (FuzzTarget target = entry.Open())
        {
            byte[] input = Mutator.Input(target.Seeds, rest is [var s] ? Number(s) : 1, name, Number(number));
            if (args[0] == "run")
            {
                target.Run(input);
                return 0;
            }

            using Stream output = Console.OpenStandardOutput();
            output.Write(input);
            return 0;
        }

    case ["--list"]:
        Console.WriteLine(string.Join(Environment.NewLine, targets.Select(t => t.Name)));
        return 0;
}

Dictionary<string, string> options = new(StringComparer.Ordinal);
for (int i = 0; i < args.Length; i += 2)
{
    if (args[i] is not ("--inputs" or "--seed" or "--target" or "--workers" or "--findings") || i + 1 == args.Length)
    {
        bool asked = args[i] is "--help" or "-h";
        (asked ? Console.Out : Console.Error).WriteLine(Usage);
        return asked ? 0 : 2;
    }

    options[args[i]] = args[i + 1];
}

return FuzzRun.Execute(
    targets,
    Number(options.GetValueOrDefault("--inputs", "20000")),
    Number(options.GetValueOrDefault("--seed", "1")),
    options.GetValueOrDefault("--target"),
    (int)Number(options.GetValueOrDefault("--workers", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture))),
    options.GetValueOrDefault("--findings")
);

static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
