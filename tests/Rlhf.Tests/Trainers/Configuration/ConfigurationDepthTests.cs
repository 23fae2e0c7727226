using Rlhf.Trainers.Configuration;

namespace Rlhf.Tests.Trainers.Configuration;

public class ConfigurationDepthTests
{
    [Theory]
    [InlineData(33)]
    [InlineData(50_000)]
    public void AKeyDeeperThanAnyConfiguration_IsRefused_OnASmallStack(int depth)
    {
        string key = string.Join(':', Enumerable.Repeat(depth > 100 ? "abcd" : "a", depth));
        Exception? error = null;
        Thread thread = new(
            () =>
                error = Record.Exception(() =>
                    ConfigurationReader.Read<Dictionary<string, object>>(
                        new() { Json = "{}", Overrides = [new(key, "1", "the command line")] },
                        ConfigurationReader.SerializerOptions()
                    )
                ),
            256 << 10
        );
        thread.Start();
        thread.Join();
        string message = Assert.IsType<ConfigurationException>(error).Message;
        Assert.Contains($"the key has {depth} parts", message, StringComparison.Ordinal);
        Assert.True(message.Length < 400, message);
    }
}
