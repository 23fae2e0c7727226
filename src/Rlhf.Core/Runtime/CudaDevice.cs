using System.Runtime.InteropServices;

namespace Rlhf.Runtime;

/// <summary>What the CUDA driver says of a card, which TorchSharp does not pass on.</summary>
/// <param name="Name">Its name, such as <c>NVIDIA H200</c>.</param>
/// <param name="Capability">The major number of its compute capability.</param>
/// <param name="FreeBytes">Bytes of its memory that are free now.</param>
internal sealed record CudaDevice(string Name, int Capability, long FreeBytes)
{
    private const int ComputeCapabilityMajor = 75;
    private const int LongestName = 256;

    /// <summary>Asks the driver; null where there is none, or it does not answer.</summary>
    /// <param name="index">The card's number among those that the process sees.</param>
    public static CudaDevice? Query(int index)
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver))
        {
            return null;
        }

        try
        {
            return Query(driver, index);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    // The driver stays loaded: libtorch uses it, too. Its functions give 0 where they did what they were asked for.
    private static unsafe CudaDevice? Query(nint driver, int index)
    {
        var initialise = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit");
        var deviceAt = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGet");
        var nameOf = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetName");
        var attributeOf = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetAttribute");
        var retain = (delegate* unmanaged<nint*, int, int>)NativeLibrary.GetExport(driver, "cuDevicePrimaryCtxRetain");
        var release = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(driver, "cuDevicePrimaryCtxRelease_v2");
        var push = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(driver, "cuCtxPushCurrent_v2");
        var pop = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(driver, "cuCtxPopCurrent_v2");
        var memory = (delegate* unmanaged<nuint*, nuint*, int>)NativeLibrary.GetExport(driver, "cuMemGetInfo_v2");

        int device,
            capability;
        byte* name = stackalloc byte[LongestName];
        if (
            initialise(0) != 0
            || deviceAt(&device, index) != 0
            || nameOf(name, LongestName, device) != 0
            || attributeOf(&capability, ComputeCapabilityMajor, device) != 0
        )
        {
            return null;
        }

        // How much is free is asked in the context that libtorch uses, which is made here where it is not there yet.
        nint context;
        if (retain(&context, device) != 0)
        {
            return null;
        }

        try
        {
            nuint free,
                total;
            if (push(context) != 0)
            {
                return null;
            }

            int answer = memory(&free, &total);
            _ = pop(&context);
            return answer == 0 ? new(Marshal.PtrToStringUTF8((nint)name) ?? "", capability, (long)free) : null;
        }
        finally
        {
            _ = release(device);
        }
    }
}
