using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Runtime;

/// <summary>Device, type and threads of a run, resolved once, recorded, and the same on resume.</summary>
public sealed class ComputeEnvironment(Device device, ScalarType computeType, int threads, IReadOnlyDictionary<string, string> versions)
{
    /// <summary>Where tensors live.</summary>
    public Device Device { get; } = device;

    /// <summary>Type of activations: float32 or bfloat16.</summary>
    public ScalarType ComputeType { get; } = computeType;

    /// <summary>Threads of tensor operations.</summary>
    public int Threads { get; } = threads;

    /// <summary>Versions of what computes, by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; } = versions;

    private const int ProbeSize = 512;

    // NVIDIA's tensor cores know bfloat16 from compute capability 8.0 (Ampere) on.
    private const int BFloat16Capability = 8;

    /// <summary>The device's own name; of a CPU, its widest vector instructions, on which the last bits of a sum depend.</summary>
    public string DeviceName { get; init; } = "";

    /// <summary>Bytes that were free on an accelerator; null on a CPU and where the driver does not say.</summary>
    public long? FreeDeviceBytes { get; init; }

    /// <summary>What a log should say about the libraries that were loaded.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Loads the runtime, resolves <c>auto</c> by looking and measuring, and sets the number of threads.</summary>
    /// <param name="options">What the user asked for.</param>
    /// <exception cref="ArgumentException">An option's value is malformed or names a device that is not there.</exception>
    /// <exception cref="TorchRuntimeException">libtorch could not be loaded.</exception>
    public static ComputeEnvironment Resolve(ComputeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TorchRuntime.EnsureLoaded();
        int threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        set_num_threads(threads);
        Device device = ResolveDevice(options.Device);
        CudaDevice? card = device.type == DeviceType.CUDA ? CudaDevice.Query(Math.Max(0, device.index)) : null;
        return new(
            device,
            ResolveType(options.Dtype, device, card),
            threads,
            new Dictionary<string, string>
            {
                ["rlhf"] = typeof(ComputeEnvironment).Assembly.GetName().Version?.ToString(3) ?? "",
                ["libtorch"] = TorchRuntime.LibTorchVersion,
                ["torchsharp"] = typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "",
                ["dotnet"] = Environment.Version.ToString(),
            }
        )
        {
            DeviceName =
                device.type == DeviceType.CPU
                    ? Avx512F.IsSupported
                        ? "AVX-512"
                        : Avx2.IsSupported
                            ? "AVX2"
                            : "no AVX2"
                    : card?.Name ?? "unknown",
            FreeDeviceBytes = card?.FreeBytes,
            Warnings = TorchRuntime.Warnings,
        };
    }

    /// <summary>The type for a device. <c>auto</c> on a card asks what the card can do; elsewhere it measures.</summary>
    internal static ScalarType ResolveType(string name, Device device, CudaDevice? card) =>
        name switch
        {
            "float32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            "auto" when card is not null => card.Capability >= BFloat16Capability ? ScalarType.BFloat16 : ScalarType.Float32,
            "auto" => SecondsOfProduct(ScalarType.BFloat16, device) < SecondsOfProduct(ScalarType.Float32, device)
                ? ScalarType.BFloat16
                : ScalarType.Float32,
            _ => throw new ArgumentException($"dtype is '{name}'; it must be auto, float32 or bfloat16.", nameof(name)),
        };

    private static Device ResolveDevice(string name)
    {
        if (name == "cpu" || (name == "auto" && !cuda_is_available()))
        {
            return CPU;
        }

        string[] parts = name.Split(':');
        if (parts[0] is not ("auto" or "cuda") || parts.Length > 2)
        {
            throw new ArgumentException($"device is '{name}'; it must be auto, cpu, cuda or cuda:N.", nameof(name));
        }

        int index = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        if (!cuda_is_available())
        {
            throw new ArgumentException(
                $"device is '{name}', but this libtorch sees no CUDA device. Build with -p:TorchBackend=cuda (or set {TorchRuntime.LibTorchVariable} to a CUDA libtorch) and check the driver, or use device cpu.",
                nameof(name)
            );
        }

        return index < cuda.device_count()
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException(
                $"device is '{name}', but there are only {cuda.device_count()} CUDA devices, numbered from 0.",
                nameof(name)
            );
    }

    // The fastest of three: the first pays for thread and kernel start-up.
    private static double SecondsOfProduct(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor a = ones(ProbeSize, ProbeSize, type, device);
        double best = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = a.mm(a)[0, 0].ToSingle();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
