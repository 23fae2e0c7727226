using Rlhf.Runtime;
using TorchSharp;

namespace Rlhf.Tests.Core.Runtime;

public sealed class LibTorchVersionsTests
{
    [Fact]
    public void Built_IsTorchSharpsOwn_AndWhatIsLoaded()
    {
        Assert.Equal(LibTorchVersions.Parse(torch.__version__), LibTorchVersions.Built);
        Assert.Equal(LibTorchVersions.Built.ToString(), TorchRuntime.LibTorchVersion);
    }

    [Theory]
    [InlineData("2.10.0", "2.10.0")]
    [InlineData("2.10.0.0", "2.10.0")]
    [InlineData("2.11.0+cu130\n", "2.11.0")]
    [InlineData("2.10.1rc1+cpu", "2.10.1")]
    [InlineData("2.10", null)]
    [InlineData("nightly", null)]
    [InlineData("", null)]
    public void Parse_TakesThreeNumbers(string text, string? expected) => Assert.Equal(expected, LibTorchVersions.Parse(text)?.ToString());

    [Fact]
    public void Check_TheSameIsSilent_ANeighbourIsAWarning_AnotherIsRefused()
    {
        Version built = LibTorchVersions.Built;
        Assert.Null(LibTorchVersions.Check(built, "there"));
        foreach (
            Version near in (Version[])
                [new(built.Major, built.Minor + 1, 0), new(built.Major, built.Minor - 1, 1), new(built.Major, built.Minor, 1)]
        )
        {
            string warning = LibTorchVersions.Check(near, "there")!;
            Assert.Contains($"there is libtorch {near}", warning, StringComparison.Ordinal);
            Assert.Contains($"built for {built}", warning, StringComparison.Ordinal);
        }

        foreach (Version far in (Version[])[new(built.Major, built.Minor + 2, 0), new(built.Major - 1, built.Minor, 0)])
        {
            Assert.Contains(
                TorchRuntime.LibTorchVariable,
                Assert.Throws<TorchRuntimeException>(() => LibTorchVersions.Check(far, "there")).Message,
                StringComparison.Ordinal
            );
        }
    }
}
