using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Records;

using Stream stream = typeof(Program).Assembly.GetManifestResourceStream("default.json")!;
using StreamReader reader = new(stream);
var sources = ConfigurationSources.FromCommandLine(args, reader.ReadToEnd());
var configuration = ExperimentRun.Read(sources);
RunSummary s = ExperimentRun.Execute(configuration, _ => new Plain(), _ => NullLogger.Instance);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result: accuracy_before {s.AccuracyBefore:F4} accuracy_after {s.AccuracyAfter:F4} steps {s.Steps} seconds {s.Seconds:F1}"));

internal sealed class Plain : IRunRecorder
{
    public void Record(IterationRecord r) => Console.WriteLine($"{r.Phase} {r.Step} " + string.Join(" ", r.Metrics.Where(m => m.Key is "sft/loss" or "eval/accuracy" or "eval/test_accuracy" or "reward/mean" or "reward/verifier/mean" or "reward/process/mean" or "reward/format/mean" or "policy/kl" or "policy/entropy" or "policy/clip_fraction" or "policy/token_mult_prob_error" or "time/iteration_seconds" or "time/rollout_seconds" or "time/update_seconds" or "rollout/response_length" or "reward/flat_groups" or "optimizer/gradient_norm" or "time/evaluation_seconds").Select(m => $"{m.Key}={m.Value:G4}")));
}
