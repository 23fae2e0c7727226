namespace Rlhf.Verification.Patterns;

/// <summary>Counts of n-grams.</summary>
internal static class Ngrams
{
    /// <summary>All n-grams, distinct ones, and distinct ones that occur more than once.</summary>
    public static (int All, int Distinct, int Repeated) Count(IReadOnlyList<int> tokens, int n)
    {
        int all = Math.Max(0, tokens.Count - n + 1);
        Dictionary<Gram, int> counts = [];
        int[] array = [.. tokens];
        for (int i = 0; i < all; i++)
        {
            Gram gram = new(new ArraySegment<int>(array, i, n));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return (all, counts.Count, counts.Values.Count(c => c > 1));
    }

    private readonly struct Gram(ArraySegment<int> tokens) : IEquatable<Gram>
    {
        private readonly ArraySegment<int> _tokens = tokens;

        public bool Equals(Gram other) => _tokens.AsSpan().SequenceEqual(other._tokens);

        public override bool Equals(object? obj) => obj is Gram other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (int token in _tokens)
            {
                hash.Add(token);
            }

            return hash.ToHashCode();
        }
    }
}
