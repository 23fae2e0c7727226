using System.Globalization;
using Rlhf.Bench;
using Rlhf.Runtime;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using static TorchSharp.torch;

// Speed as ratios within one run: against the machine's own matrix product and memory bandwidth.
const string Usage = """
    Measures the library's speed as ratios to what this machine can do, and prints a table. It takes no options.

    Usage: Rlhf.Bench [-h | --help | --version]
    """;

return ConsoleProgram.Run(
    args,
    Usage,
    cancellation =>
    {
        if (args.Length > 0)
        {
            throw new ConfigurationException($"command line: '{args[0]}' is not understood; the benchmarks take no options.");
        }

        TorchRuntime.EnsureLoaded();
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Machine machine = Machine.Measure();
        Console.WriteLine(
            $"{get_num_threads()} threads, float32 matrix product {machine.GemmFlops / 1e9:F0} GFLOP/s, copy {machine.BytesPerSecond / 1e9:F1} GB/s"
        );
        Console.WriteLine();
        Console.WriteLine("| what | speed | ratio | of |");
        Console.WriteLine("|---|---|---|---|");
        using LanguageModelBenchmarks models = new();
        double updateSeconds = 0;
        foreach (Func<Machine, Result> benchmark in (Func<Machine, Result>[])[models.Rollout, models.SingleRow, models.Update])
        {
            cancellation.ThrowIfCancellationRequested();
            Result result = benchmark(machine);
            updateSeconds = result.Seconds;
            Console.WriteLine($"| {result.Name} | {result.Speed} | {result.Ratio:F2} | {result.Of} |");
        }

        foreach (int sequences in (int[])[256, 512, 1024, 2048])
        {
            cancellation.ThrowIfCancellationRequested();
            double seconds = ShapingBenchmark.Seconds(sequences);
            Console.WriteLine(
                $"| eight stages, {sequences} sequences × 64 steps | {seconds * 1e3:F2} ms | {seconds / updateSeconds:P3} | of the update above (64 sequences) |"
            );
        }

        return ConsoleProgram.Success;
    }
);
