using System.Text;
using System.Text.Json;
using Rlhf.Json;

namespace Rlhf.Tests.Abstractions.Json;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\": 1,\n \"b\": {\"c\": [1, {\"d\": 2, \"d\": 3}]}}", "line 2: key 'b.c[1].d' stands twice")]
    [InlineData("{\"a\": 1,\n\"a\": 2}", "line 2: key 'a' stands twice")]
    [InlineData("{\"a\": 1,\n \"\\u0061\": 2}", "line 2: key 'a' stands twice")]
    [InlineData("{\"a\":\n[\"x\", \"\\ud800\"]}", "line 2: at 'a[1]', a text holds half of a surrogate pair")]
    [InlineData("{\"a\": {\"\\udc00\": 1}}", "line 1: at 'a', a key holds half of a surrogate pair")]
    [InlineData("\"\\ud83d\"", "line 1: a text holds half of a surrogate pair")]
    [InlineData("{\n\n\"a\": tru}", "line 3")]
    [InlineData("", "line 1")]
    [InlineData("{} {}", "line 1")]
    [InlineData("{\"a\": 1,}", "line 1")]
    [InlineData("{\"a\": NaN}", "line 1")]
    [InlineData("// no\n{}", "line 1")]
    public void Parse_ARefusedText_NamesLineAndKey(string text, string expected)
    {
        JsonTextException e = Assert.Throws<JsonTextException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", e.Message, StringComparison.Ordinal);
        Assert.Throws<JsonTextException>(() => JsonText.ParseNode(Encoding.UTF8.GetBytes(text)));
        Assert.Throws<JsonTextException>(() =>
            JsonText.Deserialize<JsonElement>(Encoding.UTF8.GetBytes(text), JsonSerializerOptions.Default)
        );
    }

    [Fact]
    public void Parse_BytesThatAreNoUtf8_NamesLineAndByte()
    {
        byte[] text = Encoding.UTF8.GetBytes("{\"a\": 1,\n\"bc\": 2}");
        text[11] = 0xFF;
        JsonTextException e = Assert.Throws<JsonTextException>(() => JsonText.Parse(text));
        Assert.Equal("line 2: byte 3 is no UTF-8.", e.Message);
        Assert.Equal(2, e.Line);
    }

    [Fact]
    public void Parse_ALineOfAFile_CountsFromItsPlace()
    {
        JsonTextException e = Assert.Throws<JsonTextException>(() => JsonText.Parse("{"u8.ToArray(), new() { FirstLine = 7 }));
        Assert.StartsWith("line 7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AByteOrderMarkAndAPairOfSurrogates_AreRead()
    {
        using JsonDocument document = JsonText.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\": \"\\ud83d\\ude00\"}"));
        Assert.Equal("\U0001F600", document.RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void Parse_CommentsAndTrailingCommas_OnlyWhereAllowed()
    {
        byte[] text = "{ /* one */ \"a\": [1,], }"u8.ToArray();
        Assert.Throws<JsonTextException>(() => JsonText.Parse(text));
        using JsonDocument document = JsonText.Parse(text, new() { Comments = true, TrailingCommas = true });
        Assert.Equal(1, document.RootElement.GetProperty("a")[0].GetInt32());
    }

    [Fact]
    public void Parse_NestingOfAnyDepth_IsRefusedOnASmallStack()
    {
        byte[] lists = Encoding.UTF8.GetBytes(new string('[', 1_000_000)),
            objects = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200_000)));
        Exception? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    Assert.Throws<JsonTextException>(() => JsonText.Parse(lists));
                    Assert.Throws<JsonTextException>(() => JsonText.Parse(objects));
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            256 * 1024
        );
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void Deserialize_AValueOfAnotherType_NamesLineAndKey()
    {
        JsonTextException e = Assert.Throws<JsonTextException>(() =>
            JsonText.Deserialize<Dictionary<string, int>>("{\n\"a\": \"x\"}"u8.ToArray(), JsonSerializerOptions.Default)
        );
        Assert.StartsWith("line 2 at 'a'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quote_ALongValue_IsCut() => Assert.Equal(201, JsonText.Quote(new('x', 5000)).Length);
}
