using Microsoft.Extensions.Logging;
using Rlhf.Chat;
using Rlhf.Models;
using Rlhf.Runtime;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Runs;
using TorchSharp;

namespace Rlhf.Trainers.Experiments;

/// <summary>The policy with its tokenizer and prompt format.</summary>
/// <param name="Policy">The model.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Formatter">Makes prompts.</param>
/// <param name="StopTokens">Tokens that end an answer.</param>
internal sealed record PolicyModel(CausalLm Policy, BpeTokenizer Tokenizer, PromptFormatter Formatter, IReadOnlyList<int> StopTokens)
{
    /// <summary>The run folder's folder for a new model that adapters are added to.</summary>
    public const string BaseName = "base";

    private const string EndOfText = "<|endoftext|>";

    // Enough text for the few hundred merges of a small tokenizer.
    private const int TokenizerProblems = 2000;

    /// <summary>Types and device that policy and reference share. Master weights stay float32: small steps are lost in bfloat16.</summary>
    public static ModelLoadOptions LoadOptions(ComputeEnvironment environment) =>
        new()
        {
            Device = environment.Device,
            ComputeType = environment.ComputeType,
            WeightType = TorchSharp.torch.ScalarType.Float32,
        };

    /// <summary>
    /// The folder of the weights that adapters are added to: the model that is named, or, of a new one, what the run keeps in its folder,
    /// so that whoever gets the adapters gets their base.
    /// </summary>
    public static string BaseFolder(ModelOptions model, string runFolder) => model.Path ?? Path.Combine(runFolder, BaseName);

    /// <summary>Loads the policy, or makes a new one; from a checkpoint's folder where there is one.</summary>
    /// <param name="options">The experiment.</param>
    /// <param name="environment">Device and types.</param>
    /// <param name="checkpointModel">The model folder of the checkpoint to go on from; null to begin.</param>
    /// <param name="runFolder">The run's folder, for the base of a new model's adapters.</param>
    /// <param name="logger">Is told what of a model's folder is left out; null for nobody.</param>
    public static PolicyModel Create(
        ExperimentOptions options,
        ComputeEnvironment environment,
        string? checkpointModel,
        string runFolder = ".",
        ILogger? logger = null
    )
    {
        if (options.Model.Lora is { } lora)
        {
            return WithAdapters(options, lora, environment, runFolder, checkpointModel, logger);
        }

        return (checkpointModel ?? options.Model.Path) is { } folder
            ? Load(options, environment, folder, _ => { }, logger)
            : New(options, environment);
    }

    private static PolicyModel WithAdapters(
        ExperimentOptions options,
        LoraOptions lora,
        ComputeEnvironment environment,
        string runFolder,
        string? checkpointModel,
        ILogger? logger
    )
    {
        string folder = BaseFolder(options.Model, runFolder);
        if (!Directory.Exists(folder))
        {
            if (checkpointModel is not null)
            {
                throw new InvalidDataException($"{folder} is missing: it holds the weights that the run's adapters are added to.");
            }

            PolicyModel made = New(options, environment);
            using CausalLm policy = made.Policy;
            AtomicFolder.Write(
                folder,
                into =>
                {
                    policy.Save(into);
                    made.Tokenizer.Save(into);
                    FolderManifest.Write(into);
                }
            );
        }

        return Load(
            options,
            environment,
            folder,
            policy =>
            {
                if (checkpointModel is null)
                {
                    policy.AddAdapters(lora, options.Run.Seed);
                }
                else
                {
                    policy.LoadAdapters(checkpointModel);
                }
            },
            logger
        );
    }

    private static PolicyModel Load(
        ExperimentOptions options,
        ComputeEnvironment environment,
        string folder,
        Action<CausalLm> complete,
        ILogger? logger
    )
    {
        CausalLm policy = CausalLm.Load(folder, LoadOptions(environment) with { IgnoreKeys = options.Model.IgnoreKeys, Logger = logger });
        try
        {
            complete(policy);
            return With(policy, BpeTokenizer.Load(folder), options.Prompt, folder);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    private static PolicyModel New(ExperimentOptions options, ComputeEnvironment environment)
    {
        ArchitectureOptions sizes = options.Model.Architecture!;
        IProblemSource problems = ProblemSets.Open(options.Data.Demonstrations ?? options.Data.Train);
        IEnumerable<string> texts = Enumerable
            .Range(0, Math.Min(problems.Count, TokenizerProblems))
            .SelectMany(i =>
                new[]
                {
                    // Without the white space at its end: it is the same in every prompt, and merges are for what differs.
                    options.Prompt.Template.Replace(PromptOptions.QuestionPlace, problems[i].Question, StringComparison.Ordinal).TrimEnd(),
                    problems[i].Solution ?? "",
                }
            );
        BpeTokenizer tokenizer = BpeTrainer.Train(texts, new() { VocabularySize = sizes.VocabularySize, SpecialTokens = [EndOfText] });
        CausalLmConfig config = new()
        {
            ModelType = "llama",
            HiddenSize = sizes.HiddenSize,
            Layers = sizes.Layers,
            Heads = sizes.Heads,
            KeyValueHeads = sizes.KeyValueHeads,
            HeadDim = sizes.HiddenSize / sizes.Heads,
            IntermediateSize = sizes.IntermediateSize,
            VocabularySize = tokenizer.VocabularySize,
            MaxPositions = sizes.MaxPositions,
            RmsNormEps = 1e-5,
            RopeTheta = 10_000,
            TieWordEmbeddings = true,
            EosTokenIds = [tokenizer.FindToken(EndOfText)!.Value],
        };
        return With(CausalLm.Create(config, options.Run.Seed, LoadOptions(environment)), tokenizer, options.Prompt, folder: null);
    }

    private static PolicyModel With(CausalLm policy, BpeTokenizer tokenizer, PromptOptions prompt, string? folder)
    {
        ChatTemplate? chat =
            prompt.Chat == "auto" ? (folder is null ? null : ChatTemplates.Detect(folder)) : ChatTemplates.ByName(prompt.Chat);
        IReadOnlyList<int> stops = policy.Config.EosTokenIds;
        int end =
            chat?.EndOfTurn is { } token && tokenizer.FindToken(token) is { } id ? id
            : stops.Count > 0 ? stops[0]
            : throw new InvalidDataException(
                "The model's config.json and generation_config.json name no eos_token_id, so nothing says where an answer ends."
            );
        return new(policy, tokenizer, new(tokenizer, chat, prompt, end), [.. stops.Append(end).Distinct()]);
    }
}
