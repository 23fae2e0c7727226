using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Bench;

/// <summary>What the machine can do at best, measured in the same process as everything that is compared with it.</summary>
internal sealed record Machine(double GemmFlops, double BytesPerSecond)
{
    private const int MatrixSize = 2048;
    private const int CopyElements = 1 << 26;

    /// <summary>Measures float32 matrix product and copy bandwidth (bytes read and bytes written).</summary>
    public static Machine Measure()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor a = rand(MatrixSize, MatrixSize),
            b = rand(MatrixSize, MatrixSize),
            c = empty(MatrixSize, MatrixSize);
        double gemm = Measurement.MedianSeconds(() => mm_out(a, b, c), repeats: 9);
        Tensor from = zeros(CopyElements),
            to = zeros(CopyElements);
        double copy = Measurement.MedianSeconds(() => to.copy_(from), repeats: 9);
        return new(2.0 * MatrixSize * MatrixSize * MatrixSize / gemm, 2.0 * CopyElements * sizeof(float) / copy);
    }

    private static void mm_out(Tensor a, Tensor b, Tensor result)
    {
        using Tensor product = a.mm(b);
        result.copy_(product);
    }
}
