using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Rlhf.Rewards.Sandbox;

/// <summary>1 where a response's program passes its problem's tests.</summary>
internal sealed partial class UnitTestsSource : IRewardSource
{
    private readonly UnitTestsOptions _options;

    public UnitTestsSource(UnitTestsOptions options)
    {
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        if (!options.Command.Any(c => c.Contains("{file}", StringComparison.Ordinal)))
        {
            throw new ArgumentException($"reward source '{options.Name}': no part of command holds {{file}}, so nothing would be run.", nameof(options));
        }

        SandboxedProcess.Require();
        _options = options;
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public bool SaysAnswered => true;

    public IReadOnlyList<double>? Levels { get; } = [0, 1];

    public async ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (completion.Problem.Answer is not { } tests)
        {
            return RewardScore.Outcome(null);
        }

        if (Fence().Matches(completion.Text) is not [.., var last])
        {
            return RewardScore.Outcome(0, answered: false);
        }

        string folder = Directory.CreateTempSubdirectory("rlhf-sandbox-").FullName;
        try
        {
            string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), file = Path.Combine(folder, _options.FileName);
            string text = _options.Template.Replace("{token}", token, StringComparison.Ordinal).Replace("{tests}", tests, StringComparison.Ordinal)
                .Replace("{code}", last.Groups["code"].Value, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, text, cancellationToken).ConfigureAwait(false);
            string[] command = [.. _options.Command.Select(c => c.Replace("{file}", file, StringComparison.Ordinal))];
            SandboxResult result = await SandboxedProcess.RunAsync(command, folder, _options, cancellationToken).ConfigureAwait(false);
            bool passed = result.ExitCode == 0 && result.Output.TrimEnd().EndsWith(token, StringComparison.Ordinal);
            return RewardScore.Outcome(passed ? 1 : 0, answered: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"^```[^\n`]*\n(?<code>.*?)^```[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();
}
