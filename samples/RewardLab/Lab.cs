using Rlhf;
using Rlhf.Judges;
using Rlhf.Metrics;
using Rlhf.Models;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Shaping;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Advantages;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;
using Rlhf.Verification;
using static TorchSharp.torch;

namespace RewardLab;

/// <summary>What a pipeline made of a file's completions.</summary>
/// <param name="File">The completions.</param>
/// <param name="Rewards">Their rewards as scored and after each stage, in double.</param>
/// <param name="Returns">The weighted sum of the return channels a completion; null where a required one is invalid.</param>
/// <param name="Metrics">What the stages reported.</param>
/// <param name="Warnings">What could not be scored, and what the stages have to say of this use of them.</param>
internal sealed record LabResult(
    CompletionFile File,
    ShapedRewards Rewards,
    IReadOnlyList<double?> Returns,
    IReadOnlyList<Metric> Metrics,
    IReadOnlyList<string> Warnings
);

/// <summary>Loads, scores and shapes, as one training iteration would.</summary>
internal static class Lab
{
    /// <summary>Runs a pipeline on completions.</summary>
    /// <returns>Tensors in the caller's dispose scope.</returns>
    /// <exception cref="ConfigurationException">The pipeline's file cannot be read, or no source is called as the verifier is.</exception>
    /// <exception cref="RewardPipelineException">The pipeline cannot work as described.</exception>
    /// <exception cref="InvalidDataException">The completions cannot be read.</exception>
    public static LabResult Run(
        FileInfo completions,
        FileInfo pipeline,
        DirectoryInfo? tokenizer,
        string? verifier,
        long seed,
        CancellationToken cancellationToken
    )
    {
        // Lines are known only after the steps' rule is, which stands in the pipeline's file.
        CompletionFile? file = null;
        ExperimentRegistry registry = new()
        {
            Sources = VerifierTypes.All.WithJudge().With<RecordedOptions>("recorded", (o, _) => new RecordedScores(o, file!.Lines)),
        };
        RewardOptions options = ConfigurationReader
            .Read<RewardOptions>(
                ConfigurationSources.FromFile(pipeline.FullName),
                ConfigurationReader.SerializerOptions(registry.Converters())
            )
            .Options;
        file = CompletionFile.Load(completions.FullName, options.Steps, tokenizer is null ? null : BpeTokenizer.Load(tokenizer.FullName));

        WarningLog log = new();
        using RewardSources sources = RewardSources.Create(options.Sources, registry, new ModelLoadOptions { Logger = log });
        using RewardPipeline shaping = Build(options, sources, registry, verifier, seed);
        RewardChannel[] channels =
        [
            .. sources.Models.SelectMany(m => m.Score(file.Completions, file.Layout, ScalarType.Float64, cancellationToken)),
        ];
        RewardScores scores = new RewardScorer(sources.Host, options.Scoring, log).Score(file.Completions, null, cancellationToken);
        RewardFrame raw = new(file.Layout, [.. channels, .. scores.ToChannels(file.Layout, CPU, ScalarType.Float64)]);
        using MetricSink metrics = new();
        ShapedRewards shaped = shaping.Apply(raw, training: true, 1, metrics);
        AdvantageEstimates estimates = new GroupAdvantageOptions { Credit = Credit.Episode, Scale = AdvantageScale.None }
            .CreateEstimator(shaping)
            .Estimate(shaped);
        bool[] known = [.. estimates.RowsInLoss.data<bool>()];
        return new(
            file,
            shaped,
            [.. estimates.Returns.data<double>().Zip(known, (value, valid) => valid ? value : (double?)null)],
            metrics.Read(),
            [.. log.Warnings, .. shaping.Warnings, .. VerifierWarnings(sources, verifier)]
        );
    }

    private static RewardPipeline Build(
        RewardOptions options,
        RewardSources sources,
        ExperimentRegistry registry,
        string? verifier,
        long seed
    )
    {
        RewardPipelineBuilder builder = new RewardPipelineBuilder(sources.Schema).WithWeights(new(options.Weights)).WithSeed(seed);

        // Only what compares with the reference verifies by itself; where several do, the user says which of them is to be believed.
        bool isKnown = verifier is not null || Verifiers(sources).Length == 1;
        builder = isKnown ? builder.WithVerifiedOutcome(Verifier(sources, verifier).Name) : builder;
        return builder.Add(registry.Stages, options.Noise, options.Shaping).Build();
    }

    private static IRewardSource Verifier(RewardSources sources, string? name)
    {
        try
        {
            return sources.FindVerifier(name);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException(
                e.Message.Replace("evaluation:verifier", "command line: --verifier", StringComparison.Ordinal)
            );
        }
    }

    private static IEnumerable<string> VerifierWarnings(RewardSources sources, string? name) =>
        name is null && Verifiers(sources) is { Length: > 1 } several
            ?
            [
                $"several reward sources compare with the reference answer ({string.Join(", ", several)}), so rewards are compared with none of them. Name one with --verifier.",
            ]
            : [];

    private static string[] Verifiers(RewardSources sources) => [.. sources.Host.OfType<IVerifier>().Select(v => v.Name)];
}
