using System.Globalization;
using System.Reflection;
using Rlhf.Judges;
using Rlhf.Records;
using Rlhf.Reports;
using Rlhf.Rewards;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Verification;

// SFT, then GRPO with a shaped reward, on maths problems: the embedded default, or the experiment that --config names.
const string Usage = """
    Supervised fine-tuning, then GRPO with a shaped reward, on maths problems.

    Usage: MathGrpo [file.json] [Section:Key=value ...]

      file.json            The experiment (also: --config file.json). Without one, the embedded default.
      Section:Key=value    Replaces a value of the experiment: Run:Seed=2 Phases:grpo:GroupSize=4.
                           RLHF_Section__Key=value in the environment does the same.
      -h, --help           Shows this.
      --version            Shows the library's version.

    docs/configuration.md lists every key. Exit codes: 0 done, 1 failed, 2 configuration refused, 130 interrupted and saved.
    """;

return ConsoleProgram.Run(
    args,
    Usage,
    cancellation =>
    {
        ConfigurationSources sources = ConfigurationSources.FromCommandLine(args, EmbeddedDefault());
        ExperimentRegistry registry = new() { Sources = VerifierTypes.All.WithJudge() };
        ResolvedConfiguration<ExperimentOptions> experiment = ExperimentRun.Read(sources, registry);
        RunSummary summary = ExperimentRun.Execute(experiment, RunRecorders.CreateDefault, RunLogging.Create, registry, cancellation);
        if (summary.Outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine(
                $"Interrupted after step {summary.Steps} and saved. The same command with Run:Folder and Run:Resume=true goes on."
            );
            return ConsoleProgram.Interrupted;
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"result: accuracy_before {summary.AccuracyBefore:F4} accuracy_after {summary.AccuracyAfter:F4} steps {summary.Steps} seconds {summary.Seconds:F1}"
            )
        );
        return ConsoleProgram.Success;
    }
);

static string EmbeddedDefault()
{
    using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("default.json")!;
    using StreamReader reader = new(stream);
    return reader.ReadToEnd();
}
