using System.ComponentModel.DataAnnotations;

namespace Rlhf.Verification.Sandbox;

/// <summary>Rewards of programs.</summary>
public static class CodeRewards
{
    /// <summary>Runs a response's program with its problem's tests in a sandbox.</summary>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">There is no sandbox on this machine, or no such program; the message says what is
    /// missing.</exception>
    public static IRewardSource UnitTests(UnitTestsOptions? options = null) => new UnitTestsSource(options ?? new());
}
