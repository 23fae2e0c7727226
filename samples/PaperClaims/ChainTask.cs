using System.Globalization;
using System.Text.Json;
using Rlhf;
using Rlhf.Chat;
using Rlhf.Datasets;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Records;
using Rlhf.Rewards;
using Rlhf.Scoring;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Experiments;
using Rlhf.Trainers.Optimization;
using Rlhf.Trainers.Runs;
using Rlhf.Trainers.Sft;
using Rlhf.Verification;
using static TorchSharp.torch;

namespace PaperClaims;

/// <summary>
/// Chains of additions and subtractions, one step a line: "7+5-3" is worked as "7+5=12", "12-3=9", "#### 9". A model of a quarter million
/// parameters is taught them until it solves a
/// given share of sampled problems.
/// </summary>
internal sealed record ChainTask
{
    public const string Marker = "####";
    private const string End = "<|end|>";
    private const int Chains = 20_000;
    private const int Probe = 192;
    private const int MostSteps = 3000;

    /// <summary>Operations of a chain.</summary>
    public int Operations { get; init; } = 4;

    /// <summary>Teaching ends once this share of sampled problems is solved.</summary>
    public double StartAccuracy { get; init; } = 0.45;

    /// <summary>Share of demonstrations that answer at once, without steps.</summary>
    public double AnswerOnlyShare { get; init; }

    /// <summary>
    /// Probability that a line of a demonstration is followed by an idle one: blank, "ok", or the line again. Without any, a policy never
    /// tries them.
    /// </summary>
    public double IdleShare { get; init; } = 0.2;

    /// <summary>What begins the lines of a worked solution; a demonstration has such words or not, in equal parts.</summary>
    public IReadOnlyList<string> LeadingWords { get; init; } = [];

    /// <summary>How a chain is put to the policy.</summary>
    public static PromptOptions Prompt { get; } = new() { Template = "{question}\n", Chat = "none" };

    /// <summary>Writes the chains of a seed as JSONL and teaches a model, unless both are there.</summary>
    /// <returns>The file of chains and the model's folder.</returns>
    public (string Problems, string Model) Prepare(
        string folder,
        int seed,
        IProgress<string>? progress,
        CancellationToken cancellationToken
    )
    {
        string problems = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"chains-{seed}.jsonl"));
        string model = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"start-{seed}"));
        Problem[] chains = [.. Generate(seed)];
        if (!File.Exists(problems))
        {
            AtomicFile.WriteAllText(
                problems,
                string.Concat(
                    chains.Select(p =>
                        JsonSerializer.Serialize(
                            new
                            {
                                id = p.Id,
                                question = p.Question,
                                answer = p.Answer,
                            }
                        ) + "\n"
                    )
                )
            );
        }

        if (!Directory.Exists(model))
        {
            AtomicFolder.Write(model, into => Teach(chains, seed, into, progress, cancellationToken));
        }

        return (problems, model);
    }

    private IEnumerable<Problem> Generate(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Chains; i++)
        {
            int value = random.Next(1, 10);
            string question = value.ToString(CultureInfo.InvariantCulture),
                steps = "";
            string lead = LeadingWords.Count > 0 && random.Next(2) == 0 ? "worded" : "";
            for (int k = 0; k < Operations; k++)
            {
                int operand = random.Next(1, 10);
                bool adds = value < operand || (value + operand < 30 && random.Next(2) == 0);
                int next = adds ? value + operand : value - operand;
                char sign = adds ? '+' : '-';
                question += string.Create(CultureInfo.InvariantCulture, $"{sign}{operand}");
                string words = lead.Length > 0 ? LeadingWords[Math.Min(k, LeadingWords.Count - 1)] : "";
                string line = string.Create(CultureInfo.InvariantCulture, $"{words}{value}{sign}{operand}={next}\n");
                steps +=
                    line
                    + (
                        random.NextDouble() < IdleShare
                            ? random.Next(3) switch
                            {
                                0 => "\n",
                                1 => "ok\n",
                                _ => line,
                            }
                            : ""
                    );
                value = next;
            }

            string answer = value.ToString(CultureInfo.InvariantCulture);
            bool answersAtOnce = random.NextDouble() < AnswerOnlyShare;
            yield return new()
            {
                Id = i.ToString(CultureInfo.InvariantCulture),
                Question = question,
                Answer = answer,
                Solution = (answersAtOnce ? "" : steps) + Marker + " " + answer,
            };
        }
    }

    private void Teach(Problem[] chains, int seed, string folder, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        BpeTokenizer tokenizer = BpeTrainer.Train(
            chains.Take(2000).Select(c => c.Question + "\n" + c.Solution),
            new() { VocabularySize = 300, SpecialTokens = [End] }
        );
        int end = tokenizer.FindToken(End)!.Value;
        using CausalLm model = CausalLm.Create(
            new()
            {
                ModelType = "llama",
                HiddenSize = 96,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 4,
                HeadDim = 24,
                IntermediateSize = 384,
                VocabularySize = tokenizer.VocabularySize,
                MaxPositions = 256,
                RmsNormEps = 1e-5,
                RopeTheta = 10_000,
                TieWordEmbeddings = true,
                EosTokenIds = [end],
            },
            seed
        );
        PromptFormatter formatter = new(tokenizer, ChatTemplates.ByName(Prompt.Chat), Prompt, end);
        using AdamWOptimizer optimizer = new(
            model.NamedParameters,
            new()
            {
                LearningRate = 2e-3,
                WarmupSteps = 20,
                Beta2 = 0.95,
            },
            MostSteps
        );
        SftUpdate update = new(model, optimizer, 16384);
        ShuffledCursor cursor = new(chains.Length, seed, "teach");
        for (int step = 1; step <= MostSteps; step++)
        {
            update.Run([.. Enumerable.Range(0, 64).Select(_ => formatter.FormatSolved(chains[cursor.Next()]))], cancellationToken);
            if (step % 20 == 0)
            {
                double accuracy = Sampled(model, tokenizer, formatter, chains, seed, cancellationToken);
                progress?.Report(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"seed {seed}: teaching, step {step}, {accuracy:P0} of sampled chains right"
                    )
                );
                if (accuracy >= StartAccuracy)
                {
                    model.Save(folder);
                    tokenizer.Save(folder);
                    return;
                }
            }
        }

        throw new InvalidDataException($"Seed {seed}: {MostSteps} steps of teaching did not reach {StartAccuracy:P0} of sampled chains.");
    }

    private static double Sampled(
        CausalLm model,
        BpeTokenizer tokenizer,
        PromptFormatter formatter,
        Problem[] chains,
        int seed,
        CancellationToken cancellationToken
    )
    {
        using var noGrad = no_grad();
        IRolloutEngine engine = new CausalLmRolloutEngine(model, tokenizer, new() { MaxSlots = Probe });
        Prompt[] prompts = [.. chains.TakeLast(Probe).Select(formatter.Format)];
        IReadOnlyList<RolloutSequence> responses = engine.Generate(
            [.. prompts.Select((p, i) => new RolloutRequest(p.TokenIds, i, 1))],
            new()
            {
                MaxNewTokens = 96,
                StopTokenIds = model.Config.EosTokenIds,
                Seed = seed,
            },
            null,
            cancellationToken
        );
        RewardScorer scorer = new([Verifiers.LastNumber()]);
        RewardScores scores = scorer.Score(
            [.. responses.Select((r, i) => Rollout.Create(prompts[i], r, tokenizer, new()).Completion)],
            null,
            cancellationToken
        );
        return scores.Sources[0].Values.Average(v => v[0] ?? 0);
    }
}
