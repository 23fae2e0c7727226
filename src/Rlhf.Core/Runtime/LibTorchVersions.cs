using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Rlhf.Runtime;

/// <summary>Which libtorch this library was built for, which one is there, and whether they go together.</summary>
internal static class LibTorchVersions
{
    // TORCH_ABI_VERSION of torch/headeronly/version.h: major, minor and patch in the three highest bytes.
    private const string VersionFunction = "aoti_torch_abi_version";

    /// <summary>The libtorch that this library's build asks for. TorchSharp's own constant cannot be read before libtorch is loaded.</summary>
    public static Version Built { get; } =
        Parse(
            typeof(LibTorchVersions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "LibTorchVersion").Value
                ?? ""
        ) ?? throw new InvalidOperationException("The build names no libtorch version.");

    /// <summary>The first three numbers of a version such as <c>2.10.0+cu128</c>; null where it is none.</summary>
    public static Version? Parse(string text)
    {
        string[] parts = text.Trim().Split('+')[0].Split('.');
        int[] numbers = new int[3];
        for (int i = 0; i < numbers.Length; i++)
        {
            string digits = i < parts.Length ? new([.. parts[i].TakeWhile(char.IsAsciiDigit)]) : "";
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return new(numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>What the file <c>build-version</c> in a libtorch folder, or beside its <c>lib</c>, says; null without one.</summary>
    public static Version? OfFolder(string folder) =>
        ((string?[])[folder, Path.GetDirectoryName(folder)])
            .OfType<string>()
            .Select(f => Path.Combine(f, "build-version"))
            .Where(File.Exists)
            .Select(f => Parse(File.ReadAllText(f)))
            .FirstOrDefault(v => v is not null);

    /// <summary>What a loaded libtorch_cpu says of itself; null where it is too old to.</summary>
    public static unsafe Version? OfLibrary(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, VersionFunction, out nint function))
        {
            return null;
        }

        ulong packed = ((delegate* unmanaged<ulong>)function)();
        return new((int)(packed >> 56), (int)(packed >> 48 & 0xff), (int)(packed >> 40 & 0xff));
    }

    /// <summary>Compares a libtorch with the one that was built for.</summary>
    /// <param name="found">The libtorch that is there.</param>
    /// <param name="where">Where it lies, for messages.</param>
    /// <returns>A warning where it is another one that may do; null where it is the same.</returns>
    /// <exception cref="TorchRuntimeException">It is too far away.</exception>
    public static string? Check(Version found, string where) =>
        found == Built ? null
        : found.Major == Built.Major && Math.Abs(found.Minor - Built.Minor) <= 1
            ? $"{where} is libtorch {found}, and this TorchSharp was built for {Built}. A neighbouring version usually works; results may differ in their last bits."
        : throw new TorchRuntimeException(
            $"{where} is libtorch {found}, but this TorchSharp was built for {Built}. Install libtorch {Built} and set {TorchRuntime.LibTorchVariable} to it."
        );
}
