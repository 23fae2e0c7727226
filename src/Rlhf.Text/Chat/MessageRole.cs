namespace Rlhf.Chat;

/// <summary>Who speaks in a chat.</summary>
public enum MessageRole
{
    /// <summary>Instructions above the conversation.</summary>
    System,

    /// <summary>The person, or the task's prompt.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>What a tool returned.</summary>
    Tool,
}
