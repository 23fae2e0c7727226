using System.ComponentModel.DataAnnotations;

namespace Rlhf.Rewards;

/// <summary>Options of <see cref="CodeRewards.UnitTests"/>: 1 where the program that a response holds passes its problem's tests, else 0. Defaults are for Python.</summary>
/// <remarks>
/// The program is the last fenced block of the response; a response without one is a valid 0. The tests are the problem's reference answer. A program passes if the last line that it prints is a
/// random token which only the end of the file prints: leaving early with success does not pass. Needs Linux with <c>unshare</c> and <c>prlimit</c> (util-linux). The sandbox has no network, its
/// own processes, an empty environment and a folder of its own, and bounds on CPU time, memory and files; it can still read whatever files the user can.
/// </remarks>
public sealed record UnitTestsOptions : RewardSourceOptions
{
    /// <summary>The channel's name.</summary>
    /// <value>Default <c>unit_tests</c>.</value>
    [MinLength(1)]
    public override string Name { get; init; } = "unit_tests";

    /// <summary>The program that runs the file, with its arguments; <c>{file}</c> stands for the file.</summary>
    /// <value>Default <c>python3 -I {file}</c>.</value>
    [MinLength(1)]
    public IReadOnlyList<string> Command { get; init; } = ["python3", "-I", "{file}"];

    /// <summary>The file's name.</summary>
    /// <value>Default <c>solution.py</c>; without folders.</value>
    [RegularExpression("^[A-Za-z0-9_.-]+$")]
    public string FileName { get; init; } = "solution.py";

    /// <summary>The file's text: <c>{code}</c> is the response's program, <c>{tests}</c> the problem's tests, <c>{token}</c> what has to be printed at the end.</summary>
    /// <value>Default the program, the tests, and a <c>print</c> of the token.</value>
    [RegularExpression(@"(?s).*\{token\}.*")]
    public string Template { get; init; } = "{code}\n\n{tests}\n\nprint('{token}')\n";

    /// <summary>CPU time at the most, in seconds.</summary>
    /// <value>Default 5.</value>
    [Range(1, 3600)]
    public int CpuSeconds { get; init; } = 5;

    /// <summary>Time by the clock at the most, in seconds, after which everything it started is killed and the program has failed. Below the deadline of scoring.</summary>
    /// <value>Default 8.</value>
    [Range(1, 3600)]
    public int WallSeconds { get; init; } = 8;

    /// <summary>Address space at the most, in MiB.</summary>
    /// <value>Default 1024.</value>
    [Range(16, 1048576)]
    public int MemoryMebibytes { get; init; } = 1024;

    /// <summary>Size of a written file at the most, in MiB.</summary>
    /// <value>Default 16.</value>
    [Range(1, 1048576)]
    public int FileMebibytes { get; init; } = 16;
}

/// <summary>Rewards of programs.</summary>
public static class CodeRewards
{
    /// <summary>Runs a response's program with its problem's tests in a sandbox.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or there is no sandbox on this machine; the message says what is missing.</exception>
    public static IRewardSource UnitTests(UnitTestsOptions? options = null) => new Sandbox.UnitTestsSource(options ?? new());
}
