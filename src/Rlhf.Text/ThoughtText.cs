namespace Rlhf.Text;

/// <summary>What a source reads of a response that thinks in tags.</summary>
/// <remarks>
/// Thoughts stand between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>; so do <c>thinking</c>, <c>thought</c>, <c>thoughts</c> and
/// <c>reasoning</c>, Mistral's <c>[THINK]</c>, Kimi's <c>◁think▷</c> and <c>&lt;|begin_of_thought|&gt;</c>. A tag that is never closed
/// opens an unfinished thought, to the end of the response. A closing tag without an opening one ends a thought that the prompt began, so
/// that all before it is thought; where a prompt ends with an opening tag and the response closes none, all of it is.
/// </remarks>
public enum ThoughtText
{
    /// <summary>What stands outside thoughts: the answer is never found in a thought.</summary>
    Exclude,

    /// <summary>The whole response, tags and thoughts included.</summary>
    Include,

    /// <summary>The thoughts alone; the whole response where it has no tags.</summary>
    Only,
}
