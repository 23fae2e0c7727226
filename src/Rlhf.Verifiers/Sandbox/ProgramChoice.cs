using System.Text.RegularExpressions;

namespace Rlhf.Verification.Sandbox;

/// <summary>
/// Which block of a response is its program: the last one that is a program in the configured language, by its tag or, where it has none,
/// by compiling. A block that only uses what an earlier one defines is a usage example, unless the tests use what it defines itself.
/// </summary>
/// <param name="tags">Names of the language.</param>
/// <param name="compiles">Whether a text is a program; null where nobody can say.</param>
internal sealed partial class ProgramChoice(IReadOnlyList<string> tags, Func<string, CancellationToken, Task<bool>>? compiles)
{
    private const int MostChecks = 2; // each starts a sandbox

    /// <summary>The program; null where there is none.</summary>
    /// <param name="response">A response without its thoughts.</param>
    /// <param name="tests">The tests, for the names that stand in them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string?> ChooseAsync(string response, string tests, CancellationToken cancellationToken)
    {
        List<CodeBlock> all = CodeBlock.FindAll(response);
        bool IsTagged(CodeBlock b) => tags.Contains(b.Tag, StringComparer.OrdinalIgnoreCase);
        List<CodeBlock> own = all.FindAll(b => b.Tag.Length == 0 || IsTagged(b));
        if (own is [var only])
        {
            return only.Text;
        }

        // Where no fence names the language or none at all, another name may be a mere title.
        bool isForeign = own.Count == 0;
        List<Candidate> candidates = Judge((isForeign ? all : own).FindAll(IsProgramText), Words(tests), IsTagged);
        if (
            (candidates.FindLast(c => c is { IsTagged: true, IsTested: true }) ?? candidates.FindLast(c => c.IsTested && !isForeign)) is
            { } tested
        )
        {
            return tested.Text;
        }

        if (candidates.FindLast(c => c is { IsTagged: true, IsUsage: false }) is { } tagged)
        {
            return tagged.Text;
        }

        foreach (
            Candidate plain in candidates.FindAll(c => c is { IsTagged: false, IsUsage: false }).AsEnumerable().Reverse().Take(MostChecks)
        )
        {
            if (compiles is null ? !isForeign : await compiles(plain.Text, cancellationToken).ConfigureAwait(false))
            {
                return plain.Text;
            }
        }

        return (own.FindLast(IsTagged) ?? own.LastOrDefault())?.Text;
    }

    private static List<Candidate> Judge(List<CodeBlock> blocks, HashSet<string> tested, Predicate<CodeBlock> isTagged)
    {
        List<Candidate> candidates = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (CodeBlock block in blocks)
        {
            HashSet<string> defined = new(StringComparer.Ordinal),
                words = Words(block.Text);
            foreach (Match definition in Definition().Matches(block.Text))
            {
                defined.Add(definition.Groups["name"].Value);
            }

            bool isTested = defined.Overlaps(tested);
            candidates.Add(
                new(block.Text, isTagged(block), isTested, IsUsage: !isTested && words.Any(w => known.Contains(w) && !defined.Contains(w)))
            );
            known.UnionWith(defined);
        }

        return candidates;
    }

    // Neither numbers alone nor the protocol of a session.
    private static bool IsProgramText(CodeBlock block) =>
        block.Text.Any(char.IsLetter) && !block.Text.AsSpan().TrimStart().StartsWith(">>>", StringComparison.Ordinal);

    private static HashSet<string> Words(string text) => new(Word().Matches(text).Select(m => m.Value), StringComparer.Ordinal);

    [GeneratedRegex(@"[\p{L}_]\w*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    // Functions and classes, in the forms of the usual languages.
    [GeneratedRegex(
        @"(?<!\w)(def|class|function|func|fn|fun|sub|struct|interface|trait|enum|object|module)\s+(?<name>[\p{L}_]\w*)
        | ^[^\S\n]*((export|const|let|var|local|val)\s+)?(?<name>[\p{L}_]\w*)\s*=\s*(lambda|function|async|\([^()\n]{0,200}\)\s*=>|\w+\s*=>)
        | (?<![\w.])(?!(if|for|while|switch|catch|else|elif|until|match|return)\b)(?<name>[\p{L}_]\w*)\s*\([^(){};\n]{0,200}\)\s*\{",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Definition();

    private sealed record Candidate(string Text, bool IsTagged, bool IsTested, bool IsUsage);
}
