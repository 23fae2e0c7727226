using System.ComponentModel.DataAnnotations;
using Rlhf.Text;

namespace Rlhf.Verification.Sandbox;

/// <summary>
/// Options of <see cref="CodeRewards.UnitTests"/>: 1 where the program that a response holds passes its problem's tests, else 0. Defaults
/// are for Python.
/// </summary>
/// <remarks>
/// The program is the last fenced block, outside thoughts, that is one in the file's language: by its tag or, where it has none, by
/// compiling. A block that only uses what an earlier one defines is a usage example. A response without a program is a valid 0. The tests
/// are the problem's reference answer, in one of two forms.
/// <para>
/// Input and output, as JSON: <c>{"inputs": […], "outputs": […]}</c> or <c>[{"input": …, "output": …}, …]</c>. The program reads each input
/// from standard input; or, where the key <c>fn_name</c> names one, its function is called with a list of arguments. Each case has a process
/// of its own. What it prints is compared outside, so that the program never holds what is expected: no overridden equality, no search of
/// its own file and no early end can pass. Blanks at the ends of lines do not count; a number with a fraction may be off by 1e-6.
/// </para>
/// <para>
/// Code, run in the program's process. A program passes if the last line that it prints is a random token which only the end of the file
/// prints: leaving early with success does not pass. But a program that searches its own file for the token can print it, and one that
/// overrides equality or changes what the tests call can fool them: no language keeps a program from what runs in its own process. Where a
/// policy may learn that, give the tests as input and output.
/// </para>
/// Needs Linux 5.14 with <c>unshare</c>, <c>prlimit</c>, <c>setpriv</c> and <c>mount</c> (util-linux). The sandbox has no network, its own
/// processes, an empty environment and no privileges; it can write to its own <c>/tmp</c> alone. It can read whatever files the user can
/// (the user nobody, where the run is root's), those in <c>/tmp</c>, <c>/run</c> and <c>/var/tmp</c> excepted. Where the sandbox itself
/// fails, or the tests are JSON of another form, the score is
/// invalid, not 0.
/// </remarks>
public sealed class UnitTestsOptions : RewardSourceOptions, IValidatableObject
{
    // A class of that name is how some collections of problems hold their functions.
    internal const string PythonFunction = """
        {code}

        def _print_result():
            import json, sys
            scope = globals()
            function = scope["{function}"] if "{function}" in scope else getattr(scope["Solution"](), "{function}")
            print("\n" + json.dumps(function(*json.load(sys.stdin)), default=list))

        _print_result()

        """;

    /// <summary>The channel's name.</summary>
    /// <value>Default <c>unit_tests</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "unit_tests";

    /// <summary>
    /// The program that runs the file, with its arguments; <c>{file}</c> stands for the file. To compile first, a shell: <c>sh</c>,
    /// <c>-c</c>, <c>g++ -o program {file} &amp;&amp; ./program</c>.
    /// </summary>
    /// <value>Default <c>python3 -I {file}</c>.</value>
    [MinLength(1)]
    public IReadOnlyList<string> Command { get; init; } = ["python3", "-I", "{file}"];

    /// <summary>The file's name.</summary>
    /// <value>Default <c>solution.py</c>; without folders.</value>
    [RegularExpression(
        "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$",
        ErrorMessage = "must be a file name of letters, digits, _, - and dots that does not begin with a dot."
    )]
    public string FileName { get; init; } = "solution.py";

    /// <summary>
    /// The file's text: <c>{code}</c> is the response's program, <c>{tests}</c> the problem's tests, <c>{token}</c> what has to be printed
    /// at the end.
    /// </summary>
    /// <value>Default the program, the tests, and a <c>print</c> of the token.</value>
    public string Template { get; init; } = "{code}\n\n{tests}\n\nprint('{token}')\n";

    /// <summary>
    /// The file's text for tests that call a function: <c>{code}</c> is the response's program, <c>{function}</c> the function's name. It
    /// reads the arguments as a JSON list from standard input and prints the result as JSON, in the last line. Null for a text of the
    /// library, in Python.
    /// </summary>
    /// <value>Default null.</value>
    public string? FunctionTemplate { get; init; }

    /// <summary>Which part of the response is read: <c>exclude</c> (what stands outside its thoughts), <c>include</c> or <c>only</c>.</summary>
    /// <value>Default <c>exclude</c>.</value>
    public ThoughtText Thoughts { get; init; } = ThoughtText.Exclude;

    /// <summary>
    /// What the program's language is called behind a fence, in any case and without a version. Null for the names of the language whose
    /// files end as <see cref="FileName"/> does.
    /// </summary>
    /// <value>Default null.</value>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>CPU time of all processes together at the most, in seconds; of all cases together, too.</summary>
    /// <value>Default 5.</value>
    [Range(1, 3600)]
    public int CpuSeconds { get; init; } = 5;

    /// <summary>
    /// Time by the clock at the most, in seconds, for all cases together, after which everything it started is killed and the program has
    /// failed. Below the deadline of scoring, which is checked.
    /// </summary>
    /// <value>Default 8.</value>
    [Range(1, 3600)]
    public int WallSeconds { get; init; } = 8;

    /// <summary>Memory of all processes together at the most, in MiB.</summary>
    /// <value>Default 1024.</value>
    [Range(16, 1048576)]
    public int MemoryMebibytes { get; init; } = 1024;

    /// <summary>Size of all written files together at the most, in MiB. They lie in memory.</summary>
    /// <value>Default 16.</value>
    [Range(1, 1048576)]
    public int FileMebibytes { get; init; } = 16;

    /// <summary>Processes and threads at once at the most.</summary>
    /// <value>Default 64.</value>
    [Range(1, 32768)]
    public int Processes { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Command.Any(c => c.Contains("{file}", StringComparison.Ordinal)))
        {
            yield return new("command has no part with {file}, so that nothing would be run.", [nameof(Command)]);
        }

        if (new[] { "{code}", "{token}" }.FirstOrDefault(p => !Template.Contains(p, StringComparison.Ordinal)) is { } missing)
        {
            yield return new($"template has no {missing}.", [nameof(Template)]);
        }

        if (
            FunctionTemplate is { } function
            && new[] { "{code}", "{function}" }.FirstOrDefault(p => !function.Contains(p, StringComparison.Ordinal)) is { } none
        )
        {
            yield return new($"functionTemplate has no {none}.", [nameof(FunctionTemplate)]);
        }
    }
}
