using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Rlhf.Datasets;

namespace Rlhf.Rewards.Sandbox;

/// <summary>1 where a response's program passes its problem's tests.</summary>
internal sealed partial class UnitTestsSource : IVerifier
{
    // Time for making and ending the sandbox around the program, on a machine that is busy.
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(5);

    private readonly UnitTestsOptions _options;
    private readonly string[] _command;

    public UnitTestsSource(UnitTestsOptions options)
    {
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        _options = options;
        _command =
        [
            .. options.Command.Select(c => c.Replace("{file}", $"{SandboxedProcess.Folder}/{options.FileName}", StringComparison.Ordinal)),
        ];
        SandboxedProcess.Require(_command[0], options);
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public bool SaysAnswered => true;

    public string ReadableReferences => "tests that are not blank";

    public string? WhyUnreadable(Problem problem) => Verification.Reference.Missing(problem);

    public IReadOnlyList<double>? Levels { get; } = [0, 1];

    public TimeSpan? OwnLimit => TimeSpan.FromSeconds(_options.WallSeconds);

    public TimeSpan? DefaultDeadline => OwnLimit + SetUp;

    public async ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (completion.Problem.Answer is not { } tests)
        {
            return RewardScore.Outcome(null);
        }

        if (FencedBlock.FindLast(completion.Text) is not { } code)
        {
            return RewardScore.Outcome(0, answered: false);
        }

        string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

        // In one pass, so that a place which code or tests spell out is not filled itself.
        string text = Place()
            .Replace(
                _options.Template,
                m =>
                    m.Value switch
                    {
                        "{code}" => code,
                        "{tests}" => tests,
                        _ => token,
                    }
            );
        SandboxResult result = await SandboxedProcess
            .RunAsync(_command, _command[0], text, _options, cancellationToken)
            .ConfigureAwait(false);
        bool passed = result.ExitCode == 0 && result.Output.TrimEnd().EndsWith(token, StringComparison.Ordinal);
        return RewardScore.Outcome(passed ? 1 : 0, answered: true);
    }

    [GeneratedRegex(@"\{(code|tests|token)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
