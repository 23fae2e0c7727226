using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Rlhf.Json;
using Rlhf.Text;
using Rlhf.Verification.Answers;

namespace Rlhf.Verification.Sandbox;

/// <summary>1 where a response's program passes its problem's tests.</summary>
internal sealed partial class UnitTestsSource : IVerifier
{
    // Time for making and ending the sandbox around the program, on a machine that is busy.
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(5);

    private const int CheckSeconds = 2;

    // What a program may print in a case beside what is expected, in characters.
    private const int MostChatter = 4096;

    private readonly UnitTestsOptions _options;
    private readonly string[] _command;
    private readonly ProgramChoice _choice;
    private readonly bool _isPython;

    public UnitTestsSource(UnitTestsOptions options)
    {
        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        _options = options;
        _command = [.. options.Command.Select(InFolder)];
        IReadOnlyList<string> names = Languages.NamesOf(options.FileName);
        _isPython = names[0] == "py";
        _choice = new(options.Tags ?? names, Languages.CheckOf(options) is { } check ? (t, c) => CompilesAsync(check, t, c) : null);
        SandboxedProcess.Require(_command[0], options);
    }

    public string Name => _options.Name;

    public RewardGranularity Granularity => RewardGranularity.Outcome;

    public bool SaysAnswered => true;

    public string ReadableReferences => "tests as code, or as JSON with inputs and outputs";

    public string? WhyUnreadable(Problem problem)
    {
        try
        {
            if (Reference.Missing(problem) is { } missing)
            {
                return missing;
            }

            Cases(problem.Answer!);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message.TrimEnd('.');
        }
    }

    public IReadOnlyList<double>? Levels { get; } = [0, 1];

    public TimeSpan? OwnLimit => TimeSpan.FromSeconds(_options.WallSeconds);

    public TimeSpan? DefaultDeadline => OwnLimit + SetUp;

    public async ValueTask<RewardScore> ScoreAsync(Completion completion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (completion.Problem.Answer is not { } tests || string.IsNullOrWhiteSpace(tests))
        {
            return RewardScore.Outcome(null);
        }

        TestCases? cases;
        try
        {
            cases = Cases(tests);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"problem '{JsonText.Quote(completion.Problem.Id)}': {e.Message}", e);
        }

        string? code = await _choice
            .ChooseAsync(
                Thoughts.Read(completion, _options.Thoughts),
                cases is null ? tests : $"{cases.Function} Solution",
                cancellationToken
            )
            .ConfigureAwait(false);
        if (code is null)
        {
            return RewardScore.Outcome(0, answered: false);
        }

        bool passed = cases is null
            ? await PassesAsync(code, tests, cancellationToken).ConfigureAwait(false)
            : await PassesAsync(code, cases, cancellationToken).ConfigureAwait(false);
        return RewardScore.Outcome(passed ? 1 : 0, answered: true);
    }

    private TestCases? Cases(string tests)
    {
        TestCases? cases = TestCases.Read(tests);
        return cases?.Function is null || _options.FunctionTemplate is not null || _isPython
            ? cases
            : throw new FormatException(
                $"the tests call a function, and the library knows how for Python alone: name functionTemplate for {_options.FileName}."
            );
    }

    private async Task<bool> PassesAsync(string code, string tests, CancellationToken cancellationToken)
    {
        string token = Token();
        SandboxResult result = await RunAsync(Fill(_options.Template, ("{code}", code), ("{tests}", tests), ("{token}", token)))
            .ConfigureAwait(false);
        return result.ExitCode == 0 && result.Output.TrimEnd().EndsWith(token, StringComparison.Ordinal);

        Task<SandboxResult> RunAsync(string text) =>
            SandboxedProcess.RunAsync(new(_command, _command[0], text), _options, cancellationToken);
    }

    private async Task<bool> PassesAsync(string code, TestCases cases, CancellationToken cancellationToken)
    {
        string separator = Token(),
            text = cases.Function is { } function
                ? Fill(_options.FunctionTemplate ?? UnitTestsOptions.PythonFunction, ("{code}", code), ("{function}", function))
                : code;
        SandboxJob job = new(_command, _command[0], text)
        {
            Inputs = cases.Inputs,
            Separator = separator,
            OutputCharacters = cases.Outputs.Sum(o => 2 * o.Length + MostChatter),
        };
        SandboxResult result = await SandboxedProcess.RunAsync(job, _options, cancellationToken).ConfigureAwait(false);
        string[] outputs = result.Output.Split(separator + "\n");
        return result.ExitCode == 0
            && outputs.Length == cases.Outputs.Count + 1
            && Enumerable.Range(0, cases.Outputs.Count).All(i => cases.Accepts(i, outputs[i + 1]));
    }

    private async Task<bool> CompilesAsync(IReadOnlyList<string> check, string text, CancellationToken cancellationToken)
    {
        SandboxJob job = new([.. check.Select(InFolder)], check[0], text) { MostSeconds = CheckSeconds };
        SandboxResult result = await SandboxedProcess.RunAsync(job, _options, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0;
    }

    private string InFolder(string part) =>
        part.Replace("{file}", $"{SandboxedProcess.Folder}/{_options.FileName}", StringComparison.Ordinal);

    private static string Token() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    // In one pass, so that a place which code or tests spell out is not filled itself.
    private static string Fill(string template, params (string Place, string Text)[] parts) =>
        Place().Replace(template, m => parts.FirstOrDefault(p => p.Place == m.Value).Text ?? m.Value);

    [GeneratedRegex(@"\{(code|tests|token|function)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
