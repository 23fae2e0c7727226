using Rlhf.Text;
using static TorchSharp.torch;

namespace Rlhf.Rewards;

/// <summary>Makes step maps of batches.</summary>
public static class StepMaps
{
    /// <summary>The map <c>steps</c> of a batch's reasoning steps.</summary>
    /// <param name="steps">The steps of B responses; a response without text has none.</param>
    /// <param name="device">Where the map lives.</param>
    /// <returns>Ends, mask and complete <c>[B,K]</c>, K the largest number of steps but at least 1, so that no reduction over K meets an
    /// empty axis.</returns>
    public static StepMap Create(IReadOnlyList<ResponseSteps> steps, Device device)
    {
        ArgumentNullException.ThrowIfNull(steps);
        int width = steps.Select(s => s.Count).Append(1).Max();
        long[] ends = new long[steps.Count * width];
        bool[] mask = new bool[ends.Length],
            complete = new bool[ends.Length];
        for (int row = 0; row < steps.Count; row++)
        {
            for (int k = 0; k < steps[row].Count; k++)
            {
                int at = (row * width) + k;
                ends[at] = steps[row].Ends[k];
                mask[at] = true;
                complete[at] = steps[row].Complete[k];
            }
        }

        long[] shape = [steps.Count, width];
        return new(
            StepMap.Steps,
            tensor(ends, shape, device: device),
            tensor(mask, shape, device: device),
            tensor(complete, shape, device: device)
        );
    }
}
