namespace Rlhf.Runtime;

/// <summary>libtorch could not be loaded. The message says what was tried and what to install.</summary>
public sealed class TorchRuntimeException : Exception
{
    internal TorchRuntimeException(string message, Exception? inner = null)
        : base(message, inner) { }

    internal static TorchRuntimeException NotFound(string file, IEnumerable<string> tried) =>
        new(
            $"""
            Cannot load libtorch: {file} was not found. Tried:
              {string.Join(Environment.NewLine + "  ", tried)}
            Reference the package Rlhf.Core from the program's own project, so that its build targets link the native libraries,
            or set {TorchRuntime.LibTorchVariable} to an unpacked libtorch (pre-cxx11 builds do not work).
            """
        );

    internal static TorchRuntimeException NotLoaded(string path, Exception inner) =>
        new(
            $"""
            Cannot load libtorch: the dynamic loader refused {path}:
              {inner.Message.ReplaceLineEndings(Environment.NewLine + "  ").TrimEnd()}
            libtorch needs glibc 2.28 or newer, libstdc++ 6 and libgomp 1 (Debian and Ubuntu: apt-get install libstdc++6 libgomp1).
            """,
            inner
        );
}
