using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>A model's parameters by name, in the order in which its layers took them.</summary>
internal sealed class ParameterSet : IDisposable
{
    private readonly List<(string Name, Parameter Value)> _all = [];
    private readonly Dictionary<string, long[]> _shapes;
    private readonly Func<string, long[], Tensor> _values;

    /// <param name="expected">Name and shape of every parameter of the model.</param>
    /// <param name="values">Gives the value of a parameter by name and shape; the tensor becomes the parameter's.</param>
    public ParameterSet(IEnumerable<(string Name, long[] Shape)> expected, Func<string, long[], Tensor> values)
    {
        _shapes = expected.ToDictionary(e => e.Name, e => e.Shape, StringComparer.Ordinal);
        _values = values;
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<(string Name, Parameter Value)> All => _all;

    /// <summary>Makes the parameter with this name.</summary>
    public Parameter Take(string name) => Add(name, _values(name, _shapes[name]));

    /// <summary>Makes a linear layer's parameters, the bias where the model has one.</summary>
    public Projection TakeProjection(string name) =>
        new(name, Take(name + ".weight"), _shapes.ContainsKey(name + ".bias") ? Take(name + ".bias") : null);

    /// <summary>Adds a parameter of its own.</summary>
    public Parameter Add(string name, Tensor value)
    {
        var parameter = new Parameter(value.DetachFromDisposeScope());
        parameter.DetachFromDisposeScope();

        // The parameter has taken the tensor's handle over; what is left is an empty wrapper.
        value.Dispose();
        _all.Add((name, parameter));
        return parameter;
    }

    /// <summary>Takes a parameter out and frees it.</summary>
    public void Remove(string name)
    {
        int at = _all.FindIndex(p => p.Name == name);
        _all[at].Value.Dispose();
        _all.RemoveAt(at);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Parameter value) in _all)
        {
            value.grad?.Dispose();
            value.Dispose();
        }

        _all.Clear();
    }
}
