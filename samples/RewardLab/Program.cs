using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using RewardLab;
using Rlhf.Judges;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Shaping;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Spectre.Console;
using static TorchSharp.torch;

// What a reward pipeline would do with given completions, without a trainer.
return ConsoleProgram.Run(cancellation =>
{
    Argument<FileInfo> completions = new("completions") { Description = "JSONL: question, response, and perhaps answer, solution, group, truncated, scores." };
    Argument<FileInfo> pipeline = new("pipeline") { Description = "JSON: what the section rewards of an experiment holds; a source of type recorded takes the file's scores." };
    Option<DirectoryInfo?> tokenizer = new("--tokenizer") { Description = "A folder with tokenizer.json, whose tokens count; without it a token is a byte." };
    Option<DirectoryInfo?> plots = new("--plots") { Description = "Where histograms of each stage go." };
    Option<int> rows = new("--rows") { Description = "Completions shown.", DefaultValueFactory = _ => 10 };
    Option<long> seed = new("--seed") { Description = "Seed of noise.", DefaultValueFactory = _ => 1 };
    RootCommand root = new("Shows what every stage of a reward pipeline does with given completions.") { completions, pipeline, tokenizer, plots, rows, seed };
    root.SetAction(parse =>
    {
        FileInfo file = parse.GetValue(pipeline)!, responses = parse.GetValue(completions)!;
        foreach (FileInfo missing in ((FileInfo[])[file, responses]).Where(f => !f.Exists))
        {
            throw new ConfigurationException($"command line: there is no file {missing.FullName}.");
        }

        // Lines are known only after the steps' rule is, which stands in the pipeline's file.
        CompletionFile? loaded = null;
        RewardSourceRegistry sources = RewardSourceRegistry.Default.WithJudge().With<RecordedOptions>("recorded", o => new RecordedScores(o, loaded!.Lines));
        RewardOptions options = ConfigurationReader.Read<RewardOptions>(
            new() { Json = File.ReadAllText(file.FullName), File = file.FullName }, ConfigurationReader.SerializerOptions(StageRegistry.Default.CreateJsonConverter(), sources.CreateJsonConverter())).Options;
        using var scope = NewDisposeScope();
        loaded = CompletionFile.Load(responses.FullName, options.Steps, parse.GetValue(tokenizer) is { } folder ? BpeTokenizer.Load(folder.FullName) : null);
        RewardSchema schema = new([]);
        List<IRewardSource> host = [];
        List<RewardChannel> channels = [];
        foreach (RewardSourceOptions source in options.Sources)
        {
            if (sources.TypeOf(source).IsModel)
            {
                ITensorRewardSource model = sources.CreateModel(source, new ModelLoadOptions());
                using (model as IDisposable)
                {
                    schema = schema.Source(model);
                    channels.AddRange(model.Score(loaded.Completions, loaded.Layout, ScalarType.Float64, cancellation));
                }
            }
            else
            {
                host.Add(sources.Create(source));
                schema = schema.Source(host[^1]);
            }
        }

        RewardPipelineBuilder builder = new RewardPipelineBuilder(schema).WithWeights(new(options.Weights)).WithSeed(parse.GetValue(seed));
        builder = host.FirstOrDefault(s => s.Granularity == RewardGranularity.Outcome) is { } verifier ? builder.WithVerifiedOutcome(verifier.Name) : builder;
        using RewardPipeline shaping = StageRegistry.Default.AddTo(builder, options.Noise, options.Shaping).Build();
        foreach (string warning in shaping.Warnings)
        {
            Console.Error.WriteLine($"Warning: {warning}");
        }

        RewardScores scores = new RewardScorer(host, options.Scoring, NullLogger.Instance).Score(loaded.Completions, null, cancellation);
        using MetricSink metrics = new();
        ShapedRewards shaped = shaping.Apply(new(loaded.Layout, [.. channels, .. scores.ToChannels(loaded.Layout, CPU, ScalarType.Float64)]), training: true, 1, metrics);
        double[] returns = [.. new GroupAdvantageOptions { Credit = Credit.Episode, Scale = AdvantageScale.None }.CreateEstimator(shaping).Estimate(shaped).Returns.data<double>()];
        LabReport.Completions(AnsiConsole.Console, loaded, shaped, returns, parse.GetValue(rows));
        LabReport.Stages(AnsiConsole.Console, shaped, metrics.Read());
        foreach (string plot in parse.GetValue(plots) is { } into ? LabReport.Plots(shaped, into.FullName) : [])
        {
            Console.WriteLine(plot);
        }

        return ConsoleProgram.Success;
    });
    return root.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
});
