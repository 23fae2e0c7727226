using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf.Chat;
using Rlhf.Configuration;
using Rlhf.Json;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Configuration;

namespace Rlhf.Trainers.Experiments;

/// <summary>
/// How a policy was asked while it was trained: chat template, prompt template, system text, thinking, stop tokens and sampling. A
/// checkpoint's model folder holds it as <c>prompt.json</c>, so that whoever loads the model asks as training asked.
/// </summary>
public sealed class TrainedPrompt
{
    /// <summary>The file's name in a model folder.</summary>
    internal const string FileName = "prompt.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ChatTemplate _chat;
    private readonly int _endToken;

    internal TrainedPrompt(PromptOptions prompt, string? defaultSystem, int endToken, SamplingOptions sampling)
    {
        (Prompt, Sampling, _endToken) = (prompt, sampling, endToken);
        _chat = ChatTemplates.ByName(prompt.Chat, defaultSystem);
    }

    /// <summary>
    /// Prompt template, system text, the chat template's name (never <c>auto</c>) and thinking. <see cref="PromptOptions.MaxTokens"/> is no part of
    /// it.
    /// </summary>
    public PromptOptions Prompt { get; }

    /// <summary>
    /// How training sampled, with the tokens and texts that end an answer. The seed is no part of it. Evaluations took the most probable
    /// tokens: temperature 0.
    /// </summary>
    public SamplingOptions Sampling { get; }

    /// <summary>Reads what lies in a checkpoint's model folder.</summary>
    /// <param name="folder">The folder <c>model</c> of a checkpoint.</param>
    /// <exception cref="InvalidDataException">
    /// There is no <c>prompt.json</c>, or it lacks a key, has one that is not known, or a value that cannot be; the message names file and key.
    /// </exception>
    public static TrainedPrompt Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonText.Deserialize<Content>(File.ReadAllBytes(path), Json).ToPrompt();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException(
                $"{path} is missing: it holds how the model was asked in training. Name the folder 'model' of a checkpoint.",
                e
            );
        }
        catch (JsonTextException e)
        {
            throw new InvalidDataException($"{path}: {JsonMessages.Explain(e.Message)}", e);
        }
        catch (ArgumentException e)
        {
            // A fault of sampling begins with the option's name, whose key is the same in small letters.
            throw new InvalidDataException($"{path}: {JsonNamingPolicy.CamelCase.ConvertName(ConsoleProgram.Plain(e))}", e);
        }
    }

    /// <summary>The formatter that makes the prompts of training from problems.</summary>
    /// <param name="tokenizer">The model's tokenizer; of adapters, their base's.</param>
    public PromptFormatter CreateFormatter(ITokenizer tokenizer) => new(tokenizer, _chat, Prompt, _endToken);

    /// <summary>Writes the file into a model's folder.</summary>
    internal void Write(string folder)
    {
        Content content = new()
        {
            ChatTemplate = Prompt.Chat,
            DefaultSystem = _chat.DefaultSystem,
            PromptTemplate = Prompt.Template,
            System = Prompt.System,
            Thinking = Prompt.Thinking,
            EndTokenId = _endToken,
            StopTokenIds = Sampling.StopTokenIds,
            StopStrings = Sampling.StopStrings,
            Temperature = Sampling.Temperature,
            TopK = Sampling.TopK,
            TopP = Sampling.TopP,
            MinP = Sampling.MinP,
            MaxNewTokens = Sampling.MaxNewTokens,
        };
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(content, Json));
    }

    private sealed class Content
    {
        /// <summary>The template's name.</summary>
        public required string ChatTemplate { get; init; }

        /// <summary>The template's own system message, which stands in a prompt where <see cref="System"/> is null.</summary>
        public required string? DefaultSystem { get; init; }

        /// <summary>The user's text around the problem.</summary>
        public required string PromptTemplate { get; init; }

        /// <summary>The system message; null for the template's own.</summary>
        public required string? System { get; init; }

        /// <summary>Whether prompts ask for thoughts; null where that is left to the template.</summary>
        public required bool? Thinking { get; init; }

        /// <summary>The token put after worked solutions.</summary>
        public required int EndTokenId { get; init; }

        /// <summary>Tokens that end an answer.</summary>
        public required IReadOnlyList<int> StopTokenIds { get; init; }

        /// <summary>Texts that end an answer.</summary>
        public required IReadOnlyList<string> StopStrings { get; init; }

        public required double Temperature { get; init; }

        public required int TopK { get; init; }

        public required double TopP { get; init; }

        public required double MinP { get; init; }

        public required int MaxNewTokens { get; init; }

        /// <exception cref="ArgumentException">A value cannot be.</exception>
        public TrainedPrompt ToPrompt()
        {
            if (!ChatTemplates.Names.Contains(ChatTemplate))
            {
                throw new ArgumentException(
                    $"chatTemplate is '{JsonText.Quote(ChatTemplate)}'; it must be one of {string.Join(", ", ChatTemplates.Names)}."
                );
            }

            PromptOptions prompt = new()
            {
                Template = PromptTemplate,
                System = System,
                Chat = ChatTemplate,
                Thinking = Thinking,
            };
            if (OptionsCheck.Problems(prompt).FirstOrDefault() is { } problem)
            {
                string key = problem.Key == "template" ? "promptTemplate" : problem.Key;
                throw new ArgumentException($"{key}{problem.Shown}: {problem.Message}");
            }

            SamplingOptions sampling = new()
            {
                Temperature = Temperature,
                TopK = TopK,
                TopP = TopP,
                MinP = MinP,
                MaxNewTokens = MaxNewTokens,
                StopTokenIds = StopTokenIds,
                StopStrings = StopStrings,
            };
            sampling.Validate(int.MaxValue);
            if (Thinking is not null && !ChatTemplates.ByName(ChatTemplate).SupportsThinking)
            {
                throw new ArgumentException($"thinking must be null, since the chat template '{ChatTemplate}' knows none.");
            }

            if (EndTokenId < 0)
            {
                throw new ArgumentException($"endTokenId is {EndTokenId}; it must be a token id.");
            }

            return new(prompt, DefaultSystem, EndTokenId, sampling);
        }
    }
}
