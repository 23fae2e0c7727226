using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>Writes weights as Hugging Face's libraries expect them.</summary>
internal static class HuggingFaceFolder
{
    /// <summary>Writes model.safetensors into a folder, which is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tensors">Names and values.</param>
    /// <param name="type">The stored type; null for each tensor's own.</param>
    public static void SaveWeights(string folder, IReadOnlyList<(string Name, Tensor Value)> tensors, ScalarType? type)
    {
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. tensors.Select(t => (t.Name, type is { } stored ? t.Value.As(stored) : t.Value))]
        );
    }
}
