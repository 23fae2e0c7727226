using Rlhf.Runtime;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Runtime;

public class ComputeEnvironmentTests
{
    [Fact]
    public void Resolve_Auto_ChoosesATypeThatComputes()
    {
        ComputeEnvironment environment = ComputeEnvironment.Resolve(new() { Threads = 1 });
        Assert.Equal(1, get_num_threads());
        Assert.True(environment.ComputeType is ScalarType.Float32 or ScalarType.BFloat16);
        TestContext.Current.SendDiagnosticMessage("auto: {0}, {1}", environment.Device, environment.ComputeType);
    }

    [Theory]
    [InlineData("tpu", "auto", "device is 'tpu'")]
    [InlineData("cpu", "float16", "dtype is 'float16'")]
    [InlineData("cuda:99", "auto", "device is 'cuda:99'")]
    public void Resolve_WhatIsNotThere_IsRefusedByName(string device, string dtype, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<ArgumentException>(() => ComputeEnvironment.Resolve(new() { Device = device, Dtype = dtype })).Message
        );
}
