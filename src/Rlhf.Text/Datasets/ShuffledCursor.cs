namespace Rlhf.Datasets;

/// <summary>
/// Walks a set of <c>count</c> elements endlessly, in a new order every epoch. The order is a pure function of (seed, epoch), so
/// <see cref="Position"/> alone is the whole state to save.
/// </summary>
/// <remarks>Each epoch is a Fisher–Yates shuffle whose i-th draw is the counter-based random number of (epoch, i).</remarks>
public sealed class ShuffledCursor
{
    private readonly CounterRandom _random;
    private readonly int[] _order;
    private long _shuffledEpoch = -1;
    private long _position;

    /// <summary>A cursor at the beginning of the first epoch.</summary>
    /// <param name="count">Number of elements, at least 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Names the user of the order, so that two cursors of a run differ.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ShuffledCursor(int count, long seed, string stream = "data")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _random = new CounterRandom(seed, stream);
        _order = new int[count];
    }

    /// <summary>Number of elements, which is the number of visits an epoch.</summary>
    public int Count => _order.Length;

    /// <summary>Number of visits so far; setting it continues exactly as a cursor that made so many.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a negative number.</exception>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Number of the epoch, from 0, in which the next visit lies.</summary>
    public long Epoch => _position / Count;

    /// <summary>The next element's index, in [0, <see cref="Count"/>).</summary>
    public int Next()
    {
        if (_shuffledEpoch != Epoch)
        {
            Shuffle(Epoch);
        }

        return _order[(int)(_position++ % Count)];
    }

    private void Shuffle(long epoch)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        for (int i = _order.Length - 1; i > 0; i--)
        {
            int j = (int)Math.BigMul(_random.BitsAt(epoch, i), (ulong)(i + 1), out _);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }

        _shuffledEpoch = epoch;
    }
}
