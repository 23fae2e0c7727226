namespace Rlhf.Tests.HfParity;

/// <summary>Counts how many cases of a parity suite came out, and keeps the names of those that did not.</summary>
internal sealed class ParityTally
{
    private readonly List<string> _failures = [];

    public int Matched => Total - _failures.Count;

    public int Total { get; private set; }

    public IReadOnlyList<string> Failures => _failures;

    public void Add(string caseName, bool ok, string? detail = null)
    {
        Total++;
        if (!ok)
        {
            _failures.Add(detail is null ? caseName : $"{caseName}: {detail}");
        }
    }
}
