namespace Rlhf.Verification.Equivalence;

/// <summary>Words around an answer: those that only carry it, and those that change it.</summary>
internal static class AnswerWords
{
    /// <summary>Words that may stand before a value without changing it.</summary>
    public static readonly HashSet<string> Carriers = Table(
        """
        the final answer is are was thus so hence therefore then total result sum value values equals equal to we get
        got have obtain of my our this that it gives be there correct solution solutions number find i which here
        finally exactly in simplified form ans length area perimeter volume probability measure angle a point
        coordinates vertex center interval set range domain slope distance radius diameter cost price speed time age
        option choice required desired matrix vector equation function expression polynomial conclude an graph
        """
    );

    // Those that name no quantity before an equals sign.
    private static readonly HashSet<string> NoNames = Table(
        """
        the final answer is so thus hence therefore then result we get got have obtain my our this that it gives
        solution solutions ans correct required desired value here finally simplified form expression option choice
        """
    );

    /// <summary>Words that deny or bound what follows, or leave it open.</summary>
    public static readonly HashSet<string> Denials = Table(
        """
        not no most least more less than except about approximately approx around between either neither nor never
        greater fewer if unless but almost nearly any all none maybe perhaps up below above under over cannot isn
        doesn wrong incorrect false roughly within until without minus plus times possibly undefined same other before
        after only both every some larger smaller bigger beyond outside instead half double twice squared cubed
        negative factorial mod modulo choose divided multiplied reciprocal inverse opposite negated root power binary
        octal hexadecimal imaginary invalid fails failed rejected impossible unlikely error mistake guess unknown
        unsure unclear probably likely suppose assume estimate estimated random approximate excluded excluding
        remainder plugged aside off sorry nope nah hardly against versus vs contrary disagree omit omitted missing
        formerly accept accepted accepts reference grader graded verifier verdict verified judge equivalent identical
        matches matching matched match instructions instruction prompt system reward expected label ground truth true
        too doubled tripled halved
        """
    );

    /// <summary>The empty set in words.</summary>
    public static readonly HashSet<string> Empty = new(StringComparer.Ordinal) { "empty set", "null set" };

    /// <summary>The real line in words.</summary>
    public static readonly HashSet<string> Line = new(StringComparer.Ordinal)
    {
        "all real numbers",
        "all reals",
        "set of all real numbers",
        "real numbers",
    };

    /// <summary>The words of a text in lower case.</summary>
    public static IEnumerable<string> Words(string text) =>
        text.ToLowerInvariant().Split([' ', ',', ':', '.', '-', '\''], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether what is said is what a quantity is of, as in "the sum of 5 and 6".</summary>
    public static bool IsPartOf(List<MathToken> tokens, List<MathToken> said) =>
        said.Count < tokens.Count
        && tokens[tokens.Count - said.Count - 1] is { IsWords: true } last
        && Words(last.Text).LastOrDefault() == "of";

    /// <summary>The tokens without "the answer is", "total =", "thus," before something that is left.</summary>
    public static List<MathToken> WithoutCarriers(List<MathToken> tokens)
    {
        int start = 0;
        while (start < tokens.Count)
        {
            MathToken token = tokens[start];
            // "Correct" alone is a remark.
            bool carrier =
                !(start == 0 && token.Text.Equals("correct", StringComparison.OrdinalIgnoreCase))
                && (token.IsWords || (token.Kind == TokenKind.Letter && token.Text is "I" or "a" && start > 0))
                && Words(token.Text).All(Carriers.Contains);
            bool says = token.Is("=")
                ? start == 0 || !tokens[start - 1].Is("=")
                : start > 0 && (token.Is(":") || token.Is(",") || token.Is("."));
            // "Area = 5" names a quantity, "answer = 5" none.
            if (token.Is("=") && start > 0 && Names(tokens[start - 1]))
            {
                for (; start > 0 && Names(tokens[start - 1]); start--) { }

                break;
            }

            if (!carrier && !says)
            {
                break;
            }

            start++;
        }

        static bool Names(MathToken token) => token.IsWords && !Words(token.Text).All(NoNames.Contains);

        // "The answer is point": the last word is the answer.
        return start == tokens.Count ? tokens[Math.Max(0, tokens.FindLastIndex(t => t.IsWords))..] : tokens[start..];
    }

    private static HashSet<string> Table(string words) =>
        new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
}
