using System.Text.RegularExpressions;

namespace Rlhf.Judges;

// The grammar's parts. Each is looked for at one place (\G) and takes time linear in what it reads.
internal static partial class RatingReader
{
    private const RegexOptions Options =
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture;

    // Emphasis, quotation marks, escapes, marks without a width, HTML.
    private const string Mark = @"[*_`""'“”‘’«»\\\p{Cf}\p{M}] | </?[a-z]{1,10}>";

    private const string Dash = @"(-|–|—|−|~|～|to|through)";

    // "rating" as a word of its own; "self-rating" and the closing </rating> are not.
    [GeneratedRegex(@"(?<! [\p{L}\p{N}] | [\p{L}\p{N}][-_] | </ ) rating (?![\p{L}\p{N}])", Options)]
    private static partial Regex Head();

    [GeneratedRegex(
        @"\G (?>"
            + Mark
            + @")*
        ( [^\S\n]* ( [(（\[［] (?<about>[^()（）\[\]［］\n]{1,60}) [)）\]］]
                   | (?<about> out\ of\ (10|ten) | on\ a\ scale\ (of|from)\ [0-9]+\s?"
            + Dash
            + @"\s?[0-9]+ )
                   | (of|for)\ (the|this)\ (response|answer|solution) )
          (?>"
            + Mark
            + @")* )?
        ( \s{0,4} (is\s{0,2})? (?<strong>[:=：﹕︓∶＝]+>?)
        | (?<spelled> [^\S\n]+ is (?!\p{L}) | [^\S\n]* ( -+> | → | ⇒ | [-–—―]+(?=\s) | [–—―] ) )
        | (?<tag> > )
        | (?<break> [^\S\n]* \n )
        | [^\S\n]* \|
        | [^\S\n]+ )",
        Options
    )]
    private static partial Regex Separator();

    // A minus is no dash: "-3" is out of range, "- 3" below the word an item of a list.
    [GeneratedRegex(
        @"\G (?<open> (?> \s | [*_`""'“”‘’«»„$\#(\[{（［【｛「|\p{Cf}]
            | \\ (boxed|fbox|text|textbf|mathbf|mathrm|bf) (?![a-z]) | \\[,;:!()\[\]*_\ ]
            | </?[a-z]{1,10}> | < (?=[0-9]{1,2}>) | (?<=\n[ \t]*) [-•>] (?=[ \t]) )* )
        \+? (?<n> [0-9]{1,4} ) (?![0-9]) ( \.0{1,4} (?![0-9]) )?",
        Options
    )]
    private static partial Regex Number();

    // What makes another number or word of it: 8.5, 1,000, 8:10, 8th, 8%, 8½, 8+.
    [GeneratedRegex(@"\G ( (?![分点점星]) \p{L} | \p{N} | [.,:'’][0-9] | \s?% | \+ | - \p{L} | ° | \^ | \s+percent )", Options)]
    private static partial Regex Attached();

    [GeneratedRegex(@"\G (?> [*_`""'“”‘’«»$)\]}）］】｝」\p{Cf}\p{M}] | \\[)\]*_,;:\ ] | </[a-z]{1,10}> | (?<=[0-9]) > )*", Options)]
    private static partial Regex Closing();

    [GeneratedRegex(
        @"\G ( \s{0,2} ( [/／] | out\s+of | of ) (?> [\s*_`$\[({] )* (?<max>[0-9]{1,4}|ten) (?![\p{L}\p{N}]|[,/][0-9]|\.[1-9]) (\.0+)?
             | \s{0,2} [(（] \s? ( ( out\s+of | of | / | scale:? | on\s+a\s+scale\s+(of|from) ) \s? ([01]\s?"
            + Dash
            + @"\s?)? | [01]\s?"
            + Dash
            + @"\s? ) (?<max>[0-9]{1,4}|ten) \s? [)）]
             | ,? \s{1,2} on\s+(a|the)\s+ ( scale\s+(of|from)\s+ ([01]\s?"
            + Dash
            + @"\s?)? (?<max>[0-9]{1,4}|ten) | (?<max>[0-9]{1,4}|ten)-point ) )",
        Options
    )]
    private static partial Regex Scale();

    // The scale that stands before the number.
    [GeneratedRegex(@"( ^ | \s ) ( [01]\s?" + Dash + @"\s? | out\s+of\s+ | / ) (?<max>[0-9]{1,4}|ten) \s* $", Options)]
    private static partial Regex About();

    [GeneratedRegex(@"\G \s? ( points? | stars? | pts | 分 | 点 | 점 ) (?!\p{L})", Options)]
    private static partial Regex Unit();

    // A second number beside the first (a range, a choice, a sum, a fraction, a second thought), or what the scale's ends mean.
    [GeneratedRegex(
        @"\G ( (?> [*_`""”$)\]}] )* \p{N}
             | [^\S\n]* ( / | ／ | [:：] \s? [0-9] )
             | [^\S\n]+ [*_`$]* \p{N}
             | [^\S\n]* [(（]? [^\S\n]* ( [-–—−~～〜…→⇒±+×<>≤≥^&到至或] | \.{2,} | [-=]+> | (to|or|and/or|through|till|until|vs\.?|versus|x) (?!\p{L}) )
               [^\S\n]* ( (maybe|perhaps|possibly|even|rather|an?) \s+ )? [*_`""$\[({\\]* ( boxed\{ )? [0-9]
             | [^\S\n]* [,;] [^\S\n]* ( (and|or|maybe|perhaps|possibly|no|wait|actually|rather|to|but) (?!\p{L}) [\s,]* )+ [*_`$\[({]* [0-9]
             | [^\S\n]* ( [,;&] | and (?!\p{L}) ) [^\S\n]* [*_`$\[({]* [0-9]{1,2} [*_`$\])}]* [^\S\n]* ( [.\n] | $ )
             | [^\S\n]* [(（] \s? (or|maybe|perhaps|possibly|to) (?!\p{L}) [^)\d\n]{0,20} [0-9]
             | [^\S\n]+ ( (is|are|means|for) \s+ ){1,2} ( (an?|the) \s+ )? (useless|perfect|worst|best|flawless|ideal) (?!\p{L}) )",
        Options
    )]
    private static partial Regex Ambiguous();

    [GeneratedRegex(
        @"(?<!\p{L}) ( no (?=[\s]*[,.;:—–-]) | wait | actually | correction | rather | scratch\ that | on\ second\ thoughts? ) (?!\p{L})
        [\s,.:;—–-]{0,4} ( (make\ (it|that)|it\ is|it's|that\ is|should\ be|I'd\ say|let's\ say|rather|a|only) \s+ ){0,2}
        [*_`]{0,3} [0-9]{1,2} [*_`]{0,3} ( /\s?10 | \ out\ of\ (10|ten) )? [^\S\n]* ( [.;!)] (?![0-9]) | \n | $ )",
        Options
    )]
    private static partial Regex Correction();

    [GeneratedRegex(@"\G [0-9]{1,4} [.)] [^\S\n]+ \S", Options)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"\G [^\S\n]* [^\s.!*_`|]", Options)]
    private static partial Regex RestOfLine();

    // What may stand before the word at the beginning of a line: marks, and which rating it is.
    [GeneratedRegex(@"^ ( [\s*_`""\#>|•-] | [0-9]{1,2}[.)] | (overall|final|my|the) (?!\p{L}) | </?[a-z]{1,10}> )* $", Options)]
    private static partial Regex BeginsLine();

    // "The response claims Rating: 10", "does not deserve Rating: 10"
    [GeneratedRegex(
        @"( (response|answer|solution|student|author|text|prompt|assistant|it) (?!\p{L}) [^.!?\n]{0,40}
            (?<!\p{L}) (says|said|claims|claimed|writes|wrote|states|stated|asks|asked|demands|requests|contains|includes|quotes|ends)
            ( \s+ (me|for|to|a|the|with|write|give|say|that|line|itself|its|own|words|in) ){0,6}
          | (?<!\p{L}) (not|never|cannot|can't|don't|doesn't|isn't|no) ( \s+ \p{L}+ ){0,3} )
        \s* :? \s* [*_]{0,3} $",
        Options
    )]
    private static partial Regex Reporting();

    [GeneratedRegex(
        @"(?<!\p{L}) ( response|solution|student|author|assistant|model|it|its|they|text|prompt|asked|instruct\p{L}* |instead\ of
            |claim\p{L}* |says?|said|writes?|wrote|states?|stated|quot\p{L}* |contains?|ends|demand\p{L}* |request\p{L}* ) (?!\p{L})",
        Options
    )]
    private static partial Regex OthersWords();

    [GeneratedRegex(
        @"(?<!\p{L}) ( I|I'd|my|final|verdict|conclusion|conclude|overall|therefore|thus|hence|so|score|grade|judgement|judgment ) (?!\p{L})",
        Options
    )]
    private static partial Regex OwnWords();

    [GeneratedRegex(@"^ [^\S\n]* ( `{3,} | ~{3,} )", Options | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
