using Rlhf.Tokenizers;

namespace Rlhf.Chat;

/// <summary>
/// Renders chats as a model was trained to read them: text for text what the model's Jinja template gives in <c>transformers</c>, and
/// beyond that which pieces the template wrote, so that special tokens in content never become control tokens. For a model whose template
/// is not among <see cref="ChatTemplates"/>, derive one.
/// </summary>
public abstract class ChatTemplate
{
    /// <summary>A short name; <see cref="ChatTemplates.ByName(string)"/> finds those of the library by it.</summary>
    public abstract string Name { get; }

    /// <summary>The special token that ends an assistant's message; null where there is none.</summary>
    public abstract string? EndOfTurn { get; }

    /// <summary>Whether <see cref="ChatRenderOptions.EnableThinking"/> changes anything.</summary>
    public virtual bool SupportsThinking => false;

    /// <summary>The system message that the template writes where a chat does not begin with one; null where it has none of its own.</summary>
    public virtual string? DefaultSystem => null;

    /// <summary>
    /// Whether the template writes anything around contents, such as a begin token; where it does not, a text gets the one of the
    /// tokenizer's files.
    /// </summary>
    public virtual bool HasMarkup => true;

    /// <summary>The chat as segments; no two neighbours are of one kind, and none is empty.</summary>
    /// <param name="messages">The messages in order.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The template cannot render such messages; the message says why.</exception>
    public IReadOnlyList<TextSegment> Render(IReadOnlyList<Message> messages, ChatRenderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i]?.Content is null || !Enum.IsDefined(messages[i].Role))
            {
                throw new ArgumentException(
                    $"Message {i} needs a role and a content; the content may be empty, but not null.",
                    nameof(messages)
                );
            }
        }

        var writer = new SegmentWriter();
        Write(writer, messages, options ?? new ChatRenderOptions());
        return writer.Segments();
    }

    /// <summary>The chat as one text, for showing; encode <see cref="Render"/>'s segments instead of it.</summary>
    /// <param name="messages">The messages in order.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The template cannot render such messages; the message says why.</exception>
    public string RenderText(IReadOnlyList<Message> messages, ChatRenderOptions? options = null) =>
        string.Concat(Render(messages, options).Select(s => s.Text));

    /// <summary>Writes the chat.</summary>
    /// <param name="writer">Takes the text down.</param>
    /// <param name="messages">The messages; none is null, nor is its content.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">The template cannot render such messages.</exception>
    protected abstract void Write(SegmentWriter writer, IReadOnlyList<Message> messages, ChatRenderOptions options);

    /// <summary>Refuses a chat without messages.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    protected void RequireMessages(IReadOnlyList<Message> messages)
    {
        if (messages.Count == 0)
        {
            throw new ArgumentException($"The chat template '{Name}' needs at least one message.", nameof(messages));
        }
    }

    /// <summary>The role as templates write it: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</summary>
    protected static string RoleName(MessageRole role) =>
        role switch
        {
            MessageRole.System => "system",
            MessageRole.User => "user",
            MessageRole.Assistant => "assistant",
            _ => "tool",
        };
}
