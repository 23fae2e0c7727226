using System.Text.RegularExpressions;

namespace Rlhf.Verification.Answers;

/// <summary>Words around an answer: those that end it, deny it, take it back or only suppose it.</summary>
internal static partial class AnswerCues
{
    // What a text says right before a value is short.
    private const int Reach = 80;

    private static readonly HashSet<string> Ends = new(StringComparer.OrdinalIgnoreCase)
    {
        "because",
        "since",
        "as",
        "so",
        "which",
        "where",
        "that",
        "thus",
        "therefore",
        "hence",
        "are",
        "is",
        "was",
        "were",
        "in",
        "on",
        "at",
        "from",
        "by",
        "with",
        "for",
        "after",
        "left",
        "remaining",
        "altogether",
        "total",
        "we",
        "the",
        "this",
        "these",
        "it",
        "they",
        "he",
        "she",
        "who",
        "due",
        "via",
        "using",
        "when",
        "while",
        "given",
        "being",
        "obtained",
        "rather",
        "not",
        "instead",
        "every",
        "daily",
    };

    /// <summary>Whether a word after an answer begins something else: a reason, a place, another sentence.</summary>
    public static bool EndsAnswer(ReadOnlySpan<char> word) => Ends.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Whether what stands right before a value denies or bounds it, or leaves it open.</summary>
    public static bool Denies(string text, int before) => DenialBefore().IsMatch(Before(text, before));

    /// <summary>Whether what stands right before a box says that it is not the answer.</summary>
    public static bool Negates(string text, int before) => NegationBefore().IsMatch(Before(text, before));

    /// <summary>Whether a statement of the answer is only supposed, asked or another's.</summary>
    public static bool IsSupposed(string text, int statement) => SuppositionBefore().IsMatch(Before(text, statement));

    /// <summary>Where a text takes back what it said; its length where it does not.</summary>
    public static int Retraction(string text, int from)
    {
        Match match = TakesBack().Match(text, from);
        return match.Success ? match.Index + match.Length : text.Length;
    }

    /// <summary>Whether the rest of a sentence rejects the answer before it, or names another.</summary>
    public static bool Rejects(ReadOnlySpan<char> rest) => Rejection().IsMatch(rest);

    /// <summary>Whether what stands right after a value says that it is not the answer.</summary>
    public static bool IsRejected(string text, int from) =>
        RejectionAfter().IsMatch(text[from..Math.Min(text.Length, from + Reach)].Replace('’', '\''));

    /// <summary>Whether the sentence before a place speaks of an answer.</summary>
    public static bool NamesAnswer(string text, int before) => Answer().IsMatch(Before(text, before));

    /// <summary>Whether a text says that it has no answer.</summary>
    public static bool GivesUp(string text, int from) => NoAnswer().IsMatch(text, from);

    private static string Before(string text, int end)
    {
        string before = text[Math.Max(0, end - Reach)..end];
        int stop = before.LastIndexOfAny(['\n', '.', '?', '!', ';']);
        return before[(stop + 1)..].TrimEnd(' ', '$', '(', '\\', '[', '{', '*', '"', '“').Replace('’', '\'');
    }

    [GeneratedRegex(
        @"\b(not|[a-z]+n't|never|cannot|between|neither|nor|except|at most|at least|(more|less|fewer|greater|larger|smaller|higher|lower|bigger|older|younger|taller|longer|shorter) than|up to|under|below|above|exceeds?|maybe|perhaps|possibly|(might|could|may) (also )?be|divisible by|multiple of|square root of|root of|square of|half of|half|twice|double|reciprocal of|negative|minus|base|guess|probably|likely|all but|anything but|everything but|[a-z] (is|equals|=) [^ ]{1,20},? (and|or) [a-z] (is|equals))(,? (be|equal to|equal|to|the|a|an|number|value|is|exactly|simply|just|really|actually|even|of))*\s*$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex DenialBefore();

    [GeneratedRegex(
        @"\b(not|[a-z]+n't|never|cannot|neither|nor|except|instead of|rather than)(,? (be|equal to|equal|to|the|number|value|is|exactly|simply|just|really|actually|answer))*\s*$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex NegationBefore();

    [GeneratedRegex(
        @"(\b(if|suppose|supposing|assume|assuming|whether|pretend|imagine|unless|doubt|deny|denies|rules? out|ruled out|exclude|excludes|reject|rejects|not true|not the case|wrong|unlikely|impossible|possible|[a-z]+s (say|think|claim|believe|guess)|students? (say|says|thinks?|claims?)|(he|she|they|someone|somebody|one|you|who|book|people) (say|says|said|thinks?|thought|claims?|claimed|believes?|guess|guessed|guesses)|claims|claimed|might (say|think|guess|conclude)|could (say|think|guess|conclude)|(would|may) (say|think|guess|conclude)|tempting)( that| to say| to think| to conclude)*,?( (the|its|their|his|her|our|my|your|a|an))?( (final|correct|right|wrong|incorrect|expected))*|\b(is|are|was|could|can|would|isn't|wouldn't|wrong|incorrect|not|isn't|intermediate|partial|first|initial|previous|earlier|old|student's|tom's)( (the|your|our|my|an|a|this|final|correct|right|only|possible))*)\s*$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex SuppositionBefore();

    [GeneratedRegex(
        @"(^|[.!?\n:;,–—(\]}$*]|\s-)\s*(\b(but|oh|hmm+|ah|no|and|so|hold on)\b,? *)*\b(wait|scratch that|hold on|oops|correction|never ?mind|on second thought|hmm+|no,|nope|actually,? (no|that|it|the|this|i|wait)|sorry,|i made (a|an) [a-z]* ?(mistake|error)|let me (correct|redo|fix|rethink|reconsider|try again|start over))|\b(that|this|it|which|answer|result)( answer| result| value| number)?('s| is| was| seems| looks| must be| can't be| cannot be| isn't| can't| cannot)?( be)? ?(obviously |clearly |actually |definitely )?(not (right|correct|true|possible|the (right |correct |final )?answer)|(doesn't|does not|can't|cannot|didn't) (work|fit|match|make sense|check out|satisfy|add up)|wrong|incorrect|impossible|false|a mistake|an error|mistaken|invalid|right because|only a guess)\b",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex TakesBack();

    [GeneratedRegex(
        @"\b(wrong|incorrect|false|mistaken?|mistakes?|rejected|invalid|impossible|or|might|could|maybe|perhaps|possibly|alternatively|unsure|guess|doubt|approximately|if|unless|except|half|and a (quarter|third)|thousands?|millions?|hundreds?|billions?|dozens?)\b|\bnot (sure|certain|right|correct|the|a|an|true|possible|valid|really|it)\b|n't\b",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Rejection();

    [GeneratedRegex(
        @"^[^\w\n.]*( ?(is|was|are|were|would be|seems|can|could|does|do|did|has|looks)( be)?( (obviously|clearly|actually))?( ?n't| not| wrong| incorrect| false| impossible| too |not )| cannot| fails| isn't| doesn't| can't| won't| wrong| rejected| or (so|more|less|fewer|above|below|higher|lower|greater|better|thereabouts)\b| at (most|least)\b| and (above|up|below)\b)",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex RejectionAfter();

    [GeneratedRegex(@"\banswers?\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Answer();

    [GeneratedRegex(
        @"\b(do not|don't|cannot|can't|could not|couldn't|unable to|not able to|not enough information to|insufficient information to|no way to|impossible to)( \w+){0,2} (know|determine|solve|find|tell|answer|decide|compute|calculate|say|conclude)\b|\b(no idea|not sure|unsure|not certain|no answer|no solution|give up|not known|unknown|undetermined|cannot be (determined|found|known|solved))\b",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex NoAnswer();
}
