namespace Rlhf.Verification.Answers;

/// <summary>Brackets in the pieces of a running text.</summary>
internal static class ProseBrackets
{
    /// <summary>For each piece that opens a bracket around an expression alone the piece that closes it; −1 for all others.</summary>
    public static int[] Match(IReadOnlyList<ProseToken> tokens)
    {
        int[] closing = new int[tokens.Count];
        Array.Fill(closing, -1);
        Stack<int> open = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            switch (tokens[i].Kind)
            {
                case ProseKind.Open:
                    open.Push(i);
                    break;
                case ProseKind.Close when open.TryPop(out int begin):
                    closing[begin] = i > begin + 1 ? i : -1;
                    break;
                case ProseKind.Word or ProseKind.Stop or ProseKind.Line or ProseKind.Other:
                    // Prose: no bracket around it holds an expression alone.
                    open.Clear();
                    break;
            }
        }

        return closing;
    }
}
