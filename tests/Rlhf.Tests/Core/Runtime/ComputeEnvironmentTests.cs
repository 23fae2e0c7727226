using Rlhf.Runtime;
using Rlhf.Trainers.Policy;
using TorchSharp;
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

    // On a machine without the card any measurement would fail.
    [Theory]
    [InlineData("auto", 9, ScalarType.BFloat16)]
    [InlineData("auto", 8, ScalarType.BFloat16)]
    [InlineData("auto", 7, ScalarType.Float32)]
    [InlineData("float32", 9, ScalarType.Float32)]
    [InlineData("bfloat16", 7, ScalarType.BFloat16)]
    public void ResolveType_OnACard_AsksWhatItCanDo(string dtype, int capability, ScalarType expected) =>
        Assert.Equal(
            expected,
            ComputeEnvironment.ResolveType(dtype, new(DeviceType.CUDA, 0), new CudaDevice("a card", capability, FreeBytes: 1L << 36))
        );

    [Fact]
    public void CacheBytes_IsFixedOnACpu_AndAShareOfWhatIsFreeOnACard()
    {
        RolloutOptions options = new();
        ComputeEnvironment cpu = ComputeEnvironment.Resolve(
            new()
            {
                Device = "cpu",
                Dtype = "float32",
                Threads = 1,
            }
        );
        Assert.Null(cpu.FreeDeviceBytes);
        Assert.Equal(2L << 30, options.CacheBytes(cpu));
        Assert.Equal(20L << 30, options.CacheBytes(cpu.With(new { FreeDeviceBytes = 80L << 30 })));
        Assert.Equal(40L << 30, (options with { CacheShare = 0.5 }).CacheBytes(cpu.With(new { FreeDeviceBytes = 80L << 30 })));
        Assert.Equal(1000, (options with { MaxCacheBytes = 1000 }).CacheBytes(cpu.With(new { FreeDeviceBytes = 80L << 30 })));
    }
}
