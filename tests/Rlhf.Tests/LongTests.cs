namespace Rlhf.Tests;

/// <summary>The gate of tests that take minutes: they carry <c>Category=Long</c> and run with <c>RLHF_LONG=1</c>.</summary>
internal static class LongTests
{
    public static void RequireEnabled() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("RLHF_LONG") == "1", "takes minutes: set RLHF_LONG=1 to run it");
}
