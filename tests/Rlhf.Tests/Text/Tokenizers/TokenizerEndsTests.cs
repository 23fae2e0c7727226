using System.Text.Json.Nodes;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.Text.Tokenizers;

/// <summary>What the tokenizer's files put around a plain text.</summary>
public sealed class TokenizerEndsTests : IDisposable
{
    private readonly TokenizerFolder _folder = new("<s>", "</s>");

    public void Dispose() => _folder.Dispose();

    // <s> $A, or <s> $A </s>, as tokenizers writes it.
    private static JsonObject Template(bool end)
    {
        JsonArray single =
        [
            new JsonObject
            {
                ["SpecialToken"] = new JsonObject { ["id"] = "<s>", ["type_id"] = 0 },
            },
            new JsonObject
            {
                ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 },
            },
        ];
        if (end)
        {
            single.Add(
                new JsonObject
                {
                    ["SpecialToken"] = new JsonObject { ["id"] = "</s>", ["type_id"] = 0 },
                }
            );
        }

        JsonObject Token(string name, int id) =>
            new()
            {
                ["id"] = name,
                ["ids"] = new JsonArray(id),
                ["tokens"] = new JsonArray(name),
            };
        return new()
        {
            ["type"] = "TemplateProcessing",
            ["single"] = single,
            ["pair"] = new JsonArray(),
            ["special_tokens"] = new JsonObject { ["<s>"] = Token("<s>", 0), ["</s>"] = Token("</s>", 1) },
        };
    }

    private static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["trim_offsets"] = true };

    [Fact]
    public void PostProcessor_None_AddsNothing()
    {
        BpeTokenizer tokenizer = _folder.Load();
        Assert.Empty(tokenizer.TextPrefix);
        Assert.Empty(tokenizer.TextSuffix);
        _folder.Json["post_processor"] = ByteLevel();
        Assert.Empty(_folder.Load().TextPrefix);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PostProcessor_Template_GivesTheTokensAroundAText(bool end)
    {
        _folder.Json["post_processor"] = Template(end);
        BpeTokenizer tokenizer = _folder.Load();
        Assert.Equal([0], tokenizer.TextPrefix);
        Assert.Equal(end ? [1] : [], tokenizer.TextSuffix);

        // What is encoded is the text alone; who writes a whole prompt adds what belongs around it.
        Assert.DoesNotContain(0, tokenizer.Encode("an apple"));

        _folder.Json["post_processor"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["processors"] = new JsonArray(ByteLevel(), Template(end)),
        };
        Assert.Equal([0], _folder.Load().TextPrefix);
    }

    [Theory]
    [InlineData("""{"add_bos_token": true, "bos_token": "<s>"}""", new[] { 0 }, new int[0])]
    [InlineData("""{"add_bos_token": true, "bos_token": {"content": "<s>", "lstrip": false}}""", new[] { 0 }, new int[0])]
    [InlineData("""{"add_bos_token": true, "add_eos_token": true, "bos_token": "<s>", "eos_token": "</s>"}""", new[] { 0 }, new[] { 1 })]
    [InlineData("""{"add_bos_token": false, "bos_token": "<s>"}""", new int[0], new int[0])]
    [InlineData("""{"add_bos_token": true, "bos_token": null}""", new int[0], new int[0])]
    [InlineData("""{"bos_token": "<s>"}""", new int[0], new int[0])]
    [InlineData("""{"add_bos_token": null, "bos_token": "<s>"}""", new int[0], new int[0])]
    public void Configuration_SaysWhetherTokensAreAdded(string config, int[] prefix, int[] suffix)
    {
        _folder.Config = JsonNode.Parse(config)!.AsObject();
        BpeTokenizer tokenizer = _folder.Load();
        Assert.Equal(prefix, tokenizer.TextPrefix);
        Assert.Equal(suffix, tokenizer.TextSuffix);
    }

    [Theory]
    [InlineData("""{"bos_token": "<s>"}""", new[] { 0 }, new[] { 1 })]
    [InlineData("""{"add_bos_token": false, "bos_token": "<s>"}""", new int[0], new int[0])]
    [InlineData("""{"add_bos_token": true, "bos_token": "<s>"}""", new[] { 0 }, new int[0])]
    public void Configuration_WhereItSaysSomething_DecidesInsteadOfThePostProcessor(string config, int[] prefix, int[] suffix)
    {
        _folder.Json["post_processor"] = Template(end: true);
        _folder.Config = JsonNode.Parse(config)!.AsObject();
        BpeTokenizer tokenizer = _folder.Load();
        Assert.Equal(prefix, tokenizer.TextPrefix);
        Assert.Equal(suffix, tokenizer.TextSuffix);
    }

    [Fact]
    public void BeginToken_InTheOtherFile_IsFound()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "special_tokens_map.json"), """{"bos_token": {"content": "</s>"}}""");
        _folder.Config = new() { ["add_bos_token"] = true };
        Assert.Equal([1], _folder.Load().TextPrefix);
    }

    [Theory]
    [InlineData("""{"add_bos_token": true, "bos_token": "<bos>"}""", "bos_token is <bos>")]
    [InlineData("""{"add_bos_token": "yes"}""", "add_bos_token is yes")]
    public void Configuration_ThatCannotBeFollowed_IsRefusedByName(string config, string message)
    {
        _folder.Config = JsonNode.Parse(config)!.AsObject();
        TokenizerFormatException e = Assert.Throws<TokenizerFormatException>(_folder.Load);
        Assert.Contains("tokenizer_config.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PostProcessor_OfAnotherKind_IsRefusedByName()
    {
        _folder.Json["post_processor"] = new JsonObject { ["type"] = "BertProcessing" };
        Assert.Contains("BertProcessing", Assert.Throws<TokenizerFormatException>(_folder.Load).Message, StringComparison.Ordinal);

        JsonObject template = Template(end: false);
        template["single"]![0]!["SpecialToken"]!["id"] = "<x>";
        _folder.Json["post_processor"] = template;
        Assert.Contains("special_tokens.<x>", Assert.Throws<TokenizerFormatException>(_folder.Load).Message, StringComparison.Ordinal);

        template = Template(end: false);
        template["single"]!.AsArray().RemoveAt(1);
        _folder.Json["post_processor"] = template;
        Assert.Contains("post_processor.single", Assert.Throws<TokenizerFormatException>(_folder.Load).Message, StringComparison.Ordinal);
    }
}
