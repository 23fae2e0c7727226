using System.Text;
using Rlhf.Judges;
using Rlhf.Tests.Judges;

namespace Rlhf.Fuzz.Targets;

/// <summary>What a judge's server sends back, over HTTP on this machine.</summary>
internal static class JudgeTargets
{
    private const string Body =
        "{\"id\": \"1\", \"choices\": [{\"index\": 0, \"finish_reason\": \"stop\", \"message\": {\"role\": \"assistant\", \"content\": \"The response is right.\\n\\nRating: 8\"}}], \"usage\": {\"total_tokens\": 3}}";

    private const string Parts =
        "{\"choices\": [{\"finish_reason\": \"stop\", \"message\": {\"content\": [{\"type\": \"text\", \"text\": \"[[A]]\"}]}}]}";

    private static readonly Completion Completion = new(
        new()
        {
            Id = "1",
            Question = "What is 3 + 4?",
            Answer = "7",
        },
        "7",
        ["7"],
        truncated: false
    );

    public static IReadOnlyList<FuzzEntry> All { get; } =
    [
        new("judge-body", 1, () => new JudgeTarget(asBody: true, [Body, Parts])),
        new(
            "judge-reply",
            1,
            () =>
                new JudgeTarget(
                    asBody: false,
                    [
                        "A first look suggests Rating: 9, yet step 3 is wrong.\n\n**Rating:** 3",
                        "<think>[[B]]</think> My verdict: [[ a ]]",
                        "Rating (1-10): 8/10",
                    ]
                )
        ),
        new("judge-cache", 0.5, Cache),
    ];

    private static FolderTarget Cache()
    {
        string folder = Scratch.Create(),
            file = Path.Combine(folder, "cache.jsonl");
        using (JudgeServer server = new(_ => new(200, "Rating: 8")))
        using (Judge judge = new(Options(server.Address, JudgeProtocol.Rating, file)))
        {
            judge.ScoreAsync(Completion, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return new(
            folder,
            "cache.jsonl",
            f => new Judge(Options(new("http://127.0.0.1:9/v1"), JudgeProtocol.Rating, file)).Dispose(),
            typeof(InvalidDataException)
        );
    }

    private static JudgeOptions Options(Uri endpoint, JudgeProtocol protocol, string? cache = null) =>
        new()
        {
            Endpoint = endpoint,
            Model = "judge",
            Protocol = protocol,
            Retries = 0,
            Cache = cache,
            RequestTimeout = TimeSpan.FromSeconds(5),
        };

    private sealed class JudgeTarget : FuzzTarget
    {
        private readonly JudgeServer _server;
        private readonly Judge[] _judges;
        private readonly bool _asBody;
        private string _now = "";
        private long _asked;

        public JudgeTarget(bool asBody, IReadOnlyList<string> seeds)
        {
            _asBody = asBody;
            _server = new(_ => asBody ? new(200, null) { Body = _now } : new(200, _now));
            _judges = [.. new[] { JudgeProtocol.Rating, JudgeProtocol.Pairwise }.Select(p => new Judge(Options(_server.Address, p)))];
            Seeds = [.. seeds.Select(Encoding.UTF8.GetBytes)];
        }

        public override IReadOnlyList<byte[]> Seeds { get; }

        public override IReadOnlyList<Type> Documented => [typeof(JudgeRequestException)];

        public override void Run(byte[] input)
        {
            _now = _asBody ? Encoding.UTF8.GetString(input) : Encoding.UTF8.GetString(input).Replace('\uFFFD', '?');
            foreach (Judge judge in _judges)
            {
                // A response of its own each time: what was answered once is not asked again.
                Completion asked = new(Completion.Problem, $"7 ({_asked++})", Completion.Steps, Completion.Truncated);
                judge.ScoreAsync(asked, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
        }

        public override void Dispose()
        {
            foreach (Judge judge in _judges)
            {
                judge.Dispose();
            }

            _server.Dispose();
        }
    }
}
