using Microsoft.Extensions.AI;
using Rlhf.Chat;

namespace Rlhf.Tests.Text.Chat;

/// <summary>A file that names both Microsoft.Extensions.AI and Rlhf.Chat, as this one does, means one type by each name.</summary>
public sealed class ChatNamesTests
{
    [Fact]
    public void ConversationsOfBoth_StandSideBySide()
    {
        ChatMessage theirs = new(ChatRole.User, "hello");
        ChatOptions options = new() { Temperature = 0 };
        Message ours = new(MessageRole.User, theirs.Text);
        ChatRenderOptions rendering = new() { AddGenerationPrompt = options.Temperature == 0 };
        Assert.Equal("hello", ours.Content);
        Assert.True(rendering.AddGenerationPrompt);
    }

    [Theory]
    [InlineData(typeof(Message))]
    [InlineData(typeof(Rlhf.Judges.Judge))]
    [InlineData(typeof(Problem))]
    public void NoPublicType_HasANameOfTheirs(Type ours)
    {
        HashSet<string> theirs = [.. typeof(IChatClient).Assembly.GetExportedTypes().Where(t => !t.IsNested).Select(t => t.Name)];
        Assert.Contains(nameof(ChatMessage), theirs);
        Assert.DoesNotContain(ours.Assembly.GetExportedTypes(), t => !t.IsNested && theirs.Contains(t.Name));
    }
}
