using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Runs;
using Spectre.Console;

namespace PaperClaims;

/// <summary>
/// Runs a study's cells, several processes at once, each on one thread. What is done is not done again, what was interrupted goes on from
/// its checkpoint.
/// </summary>
internal sealed class StudyRunner(Study study, string folder, int parallelism)
{
    private const string DoneFile = "done.json";
    private const string ConfigurationFile = "experiment.json";

    /// <summary>The command word of a child process.</summary>
    public const string ChildWord = "run-cell";

    private static readonly ExperimentRegistry Registry = ExperimentRegistry.Default.WithSource<ScriptedStepsOptions>(
        "scripted_steps",
        o => new ScriptedStepsSource(o)
    );

    /// <summary>The folder of a run.</summary>
    public string FolderOf(Cell cell, int seed) => Path.Combine(folder, "runs", cell.Name, seed.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether a run is over.</summary>
    public bool IsDone(Cell cell, int seed) => File.Exists(Path.Combine(FolderOf(cell, seed), DoneFile));

    /// <summary>What was measured of the first seed's starting policy; empty where nothing was.</summary>
    public string Measured => File.Exists(MeasuredFile) ? File.ReadAllText(MeasuredFile) : "";

    private string MeasuredFile => Path.Combine(folder, "measured.md");

    /// <summary>Runs whatever is not done.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        (Cell Cell, int Seed)[] runs = [.. study.Runs];
        AnsiConsole
            .Progress()
            .AutoRefresh(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new RemainingTimeColumn())
            .Start(display =>
            {
                ProgressTask all = display.AddTask(study.Name, maxValue: runs.Length);
                foreach (IGrouping<int, (Cell Cell, int Seed)> seed in runs.GroupBy(r => r.Seed))
                {
                    (Cell, int)[] missing = [.. seed.Where(r => !IsDone(r.Cell, r.Seed))];
                    all.Increment(seed.Count() - missing.Length);
                    if (missing.Length > 0)
                    {
                        RunSeed(seed.Key, missing, all, display, cancellationToken);
                    }
                }
            });
    }

    /// <summary>What a child process does: runs one experiment file. It ends, with its state saved, when its input is closed.</summary>
    public static int RunCell(string runFolder, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Thread parent = new(() =>
        {
            while (Console.In.Read() >= 0) { }

            stop.Cancel();
        })
        {
            IsBackground = true,
        };
        parent.Start();
        string file = Path.Combine(runFolder, ConfigurationFile);
        ResolvedConfiguration<ExperimentOptions> experiment = ExperimentRun.Read(
            new() { Json = File.ReadAllText(file), File = Path.GetFullPath(file) },
            Registry
        );
        RunSummary summary = ExperimentRun.Execute(
            experiment,
            (run, log) => new CompositeRecorder(log, [new MetricsFileRecorder(run), new CompletionsRecorder(run)], [new LineRecorder()]),
            Rlhf.Reports.RunLogging.Create,
            Registry,
            stop.Token
        );
        if (summary.Outcome == RunOutcome.Interrupted)
        {
            return ConsoleProgram.Interrupted;
        }

        AtomicFile.WriteAllText(Path.Combine(runFolder, DoneFile), JsonSerializer.Serialize(summary));
        return ConsoleProgram.Success;
    }

    private void RunSeed(
        int seed,
        (Cell Cell, int Seed)[] missing,
        ProgressTask all,
        ProgressContext display,
        CancellationToken cancellationToken
    )
    {
        ProgressTask teaching = display.AddTask($"seed {seed}: teaching").IsIndeterminate();
        (string problems, string model) = study.Task.Prepare(folder, seed, new Described(teaching), cancellationToken);
        if (study.Measure is { } measure && !File.Exists(MeasuredFile))
        {
            teaching.Description = $"seed {seed}: measuring gradients";
            AtomicFile.WriteAllText(MeasuredFile, measure(folder, seed, cancellationToken));
        }

        teaching.StopTask();
        ConcurrentQueue<(Cell Cell, int Seed)> queue = new(missing);
        ConcurrentQueue<Exception> failures = new();
        Thread[] workers = [.. Enumerable.Range(0, parallelism).Select(_ => new Thread(Work))];
        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
        cancellationToken.ThrowIfCancellationRequested();
        if (failures.TryDequeue(out Exception? failure))
        {
            throw failure;
        }

        void Work()
        {
            while (!cancellationToken.IsCancellationRequested && failures.IsEmpty && queue.TryDequeue(out (Cell Cell, int Seed) run))
            {
                try
                {
                    RunChild(run.Cell, seed, problems, model, display, cancellationToken);
                    all.Increment(1);
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            }
        }
    }

    private void RunChild(Cell cell, int seed, string problems, string model, ProgressContext display, CancellationToken cancellationToken)
    {
        string runFolder = FolderOf(cell, seed);
        ExperimentOptions options = cell.Configure(study.Base) with
        {
            Run = new()
            {
                Name = $"{study.Name}/{cell.Name}",
                Folder = Path.GetFullPath(runFolder),
                Resume = true,
                Seed = seed,
            },
            Compute = new()
            {
                Device = "cpu",
                Dtype = "float32",
                Threads = 1,
            },
            Model = new() { Path = Path.GetFullPath(model) },
            Data = new()
            {
                Train = new() { Path = Path.GetFullPath(problems) },
                Test = new() { Path = Path.GetFullPath(problems), Limit = 64 },
            },
            Prompt = ChainTask.Prompt,
            Evaluation = new() { Every = 0 },
            Checkpoints = new()
            {
                Every = 20,
                KeepLast = 1,
                KeepBest = false,
            },
        };
        JsonSerializerOptions json = ConfigurationReader.SerializerOptions(Registry.Converters());
        Directory.CreateDirectory(runFolder);
        AtomicFile.WriteAllText(
            Path.Combine(runFolder, ConfigurationFile),
            new ResolvedConfiguration<ExperimentOptions>(options, json).ToJson()
        );

        // This program again: by itself, or by the host that was given its assembly.
        string program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(StudyRunner).Assembly.Location] : [];
        ProcessStartInfo start = new(program, [.. assembly, ChildWord, runFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        ProgressTask bar = display.AddTask($"{cell.Name}, seed {seed}", maxValue: options.Phases[0].Iterations);
        ConcurrentQueue<string> errors = new();
        process.OutputDataReceived += (_, line) =>
            bar.Value = int.TryParse(line.Data, CultureInfo.InvariantCulture, out int step) ? step : bar.Value;
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using (cancellationToken.Register(process.StandardInput.Close))
        {
            process.WaitForExit();
        }

        bar.StopTask();
        if (process.ExitCode is not (ConsoleProgram.Success or ConsoleProgram.Interrupted))
        {
            throw new InvalidDataException($"{runFolder}: the run failed.{Environment.NewLine}{string.Join(Environment.NewLine, errors)}");
        }
    }

    private sealed class Described(ProgressTask task) : IProgress<string>
    {
        public void Report(string value) => task.Description = value;
    }

    private sealed class LineRecorder : IRunRecorder
    {
        public void Record(IterationRecord iteration) => Console.Out.WriteLine(iteration.Step.ToString(CultureInfo.InvariantCulture));
    }
}
