using System.Text.Json;
using System.Text.Json.Serialization;
using Rlhf;
using Rlhf.Json;
using Rlhf.Rewards;
using Rlhf.Text;
using Rlhf.Tokenizers;
using static TorchSharp.torch;

namespace RewardLab;

/// <summary>A line of a completions file.</summary>
internal sealed record CompletionLine
{
    /// <summary>The problem.</summary>
    public required string Question { get; init; }

    /// <summary>What a policy answered.</summary>
    public required string Response { get; init; }

    /// <summary>The reference answer.</summary>
    public string? Answer { get; init; }

    /// <summary>A worked solution.</summary>
    public string? Solution { get; init; }

    /// <summary>Names the group; lines without one are grouped by their question.</summary>
    public string? Group { get; init; }

    /// <summary>Whether the response was cut off.</summary>
    public bool Truncated { get; init; }

    /// <summary>Scores that were recorded: a number or null, or a list of them, one a step, by channel.</summary>
    public IReadOnlyDictionary<string, JsonElement> Scores { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>Completions with their steps, as a batch that a pipeline shapes.</summary>
internal sealed class CompletionFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private CompletionFile(IReadOnlyList<CompletionLine> lines, IReadOnlyList<Completion> completions, BatchLayout layout) =>
        (Lines, Completions, Layout) = (lines, completions, layout);

    public IReadOnlyList<CompletionLine> Lines { get; }

    /// <summary>The completions; a problem's id is its line's number.</summary>
    public IReadOnlyList<Completion> Completions { get; }

    public BatchLayout Layout { get; }

    /// <summary>Reads a file. Without a tokenizer a token is a UTF-8 byte: what counts tokens then counts bytes.</summary>
    /// <exception cref="InvalidDataException">A line cannot be read.</exception>
    public static CompletionFile Load(string path, StepOptions steps, ITokenizer? tokenizer)
    {
        List<CompletionLine> lines = [];
        int number = 0;
        foreach (ReadOnlyMemory<byte> text in LinesOf(File.ReadAllBytes(path)))
        {
            number++;
            try
            {
                if (!text.Span.Trim(" \t\r"u8).IsEmpty)
                {
                    lines.Add(JsonText.Deserialize<CompletionLine>(text, Json, new() { FirstLine = number }));
                }
            }
            catch (JsonTextException e)
            {
                throw new InvalidDataException(
                    $"{path}, {e.Message} A line is an object with question and response, and perhaps answer, solution, group, truncated and scores.",
                    e
                );
            }
        }

        if (lines.Count == 0)
        {
            throw new InvalidDataException($"{path}: the file holds no completion.");
        }

        ResponseSteps[] found =
        [
            .. lines.Select(l => StepSegmenter.Locate(l.Response, TokenEnds(l.Response, tokenizer), l.Truncated, steps)),
        ];
        Completion[] completions =
        [
            .. lines.Select(
                (l, i) =>
                    new Completion(
                        new Problem
                        {
                            Id = $"{i + 1}",
                            Question = l.Question,
                            Answer = l.Answer,
                            Solution = l.Solution,
                        },
                        l.Response,
                        found[i].Texts,
                        l.Truncated
                    )
                    {
                        TokenIds = tokenizer?.Encode(l.Response) ?? [.. System.Text.Encoding.UTF8.GetBytes(l.Response).Select(b => (int)b)],
                    }
            ),
        ];
        return new(lines, completions, Batch(lines, completions, found));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> LinesOf(byte[] text)
    {
        for (int from = text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0; from < text.Length; )
        {
            int length = text.AsSpan(from).IndexOf((byte)'\n');
            int to = length < 0 ? text.Length : from + length;
            yield return text.AsMemory(from..to);
            from = to + 1;
        }
    }

    private static int[] TokenEnds(string text, ITokenizer? tokenizer)
    {
        if (tokenizer is null)
        {
            return [.. Enumerable.Range(1, System.Text.Encoding.UTF8.GetByteCount(text))];
        }

        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        return
        [
            .. tokenizer
                .Encode(text)
                .Select(id =>
                {
                    decoder.Append(id);
                    return decoder.Bytes;
                }),
        ];
    }

    private static BatchLayout Batch(List<CompletionLine> lines, Completion[] completions, ResponseSteps[] steps)
    {
        int width = completions.Max(c => Math.Max(1, c.TokenIds.Count));
        Dictionary<string, long> groups = [];
        long[] group =
        [
            .. lines.Select(l => groups.TryGetValue(l.Group ?? l.Question, out long g) ? g : groups[l.Group ?? l.Question] = groups.Count),
        ];
        Tensor mask = tensor(
            [.. completions.SelectMany(c => Enumerable.Range(0, width).Select(t => t < c.TokenIds.Count))],
            [completions.Length, width]
        );
        StepMap map = StepMaps.Create(steps, CPU);
        return new()
        {
            ActionMask = mask,
            ResponseMask = mask,
            PromptVisitId = tensor(group),
            SampleIndex = tensor([.. group.Select((g, i) => (long)group.Take(i).Count(other => other == g))]),
            GroupIndex = tensor(group),
            Groups = groups.Count,
            IsPolicy = ones(completions.Length, ScalarType.Bool),
            Truncated = tensor([.. lines.Select(l => l.Truncated)]),
            StepMaps = new Dictionary<string, StepMap>(StringComparer.Ordinal) { [map.Name] = map },
        };
    }
}
