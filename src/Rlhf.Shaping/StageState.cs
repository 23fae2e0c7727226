using static TorchSharp.torch;

namespace Rlhf.Shaping;

/// <summary>
/// The named tensors of one stage that live on from iteration to iteration. What is set during an iteration is seen from the next one on.
/// </summary>
internal sealed class StageState : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _pending = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, Tensor>> Current => _current;

    public Tensor? Get(string name) => _current.GetValueOrDefault(name);

    public void Set(string name, Tensor value)
    {
        if (_pending.Remove(name, out Tensor? before))
        {
            before.Dispose();
        }

        _pending[name] = Own(value);
    }

    public void Commit()
    {
        foreach ((string name, Tensor value) in _pending)
        {
            Replace(name, value);
        }

        _pending.Clear();
    }

    public void Discard()
    {
        foreach (Tensor value in _pending.Values)
        {
            value.Dispose();
        }

        _pending.Clear();
    }

    public void Restore(string name, Tensor value) => Replace(name, Own(value));

    public void Dispose()
    {
        Discard();
        foreach (Tensor value in _current.Values)
        {
            value.Dispose();
        }

        _current.Clear();
    }

    private static Tensor Own(Tensor value) => value.detach().clone().DetachFromDisposeScope();

    private void Replace(string name, Tensor value)
    {
        if (_current.Remove(name, out Tensor? before))
        {
            before.Dispose();
        }

        _current[name] = value;
    }
}
