namespace Rlhf;

/// <summary>Names of the channels that a source gives besides its own.</summary>
public static class ChannelNames
{
    /// <summary>The companion that says whether a verifier found an answer.</summary>
    public static string Answered(string channel) => channel + ".answered";

    /// <summary>The companion that holds a process model's score of the prompt alone.</summary>
    public static string Prompt(string channel) => channel + ".prompt";
}
