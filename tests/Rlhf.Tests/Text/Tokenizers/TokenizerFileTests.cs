using System.Text;
using System.Text.Json.Nodes;
using Rlhf.Tokenizers;

namespace Rlhf.Tests.Text.Tokenizers;

/// <summary>What a tokenizer's files may hold.</summary>
public sealed class TokenizerFileTests : IDisposable
{
    private readonly TokenizerFolder _folder = new("<s>", "</s>");

    public void Dispose() => _folder.Dispose();

    private string Refusal() => Assert.Throws<TokenizerFormatException>(_folder.Load).Message;

    // Sets the value at a path such as model.dropout or added_tokens.0.id.
    private void Set(string path, string json)
    {
        string[] names = path.Split('.');
        JsonNode node = names[..^1]
            .Aggregate<string, JsonNode>(_folder.Json, (n, name) => int.TryParse(name, out int i) ? n[i]! : n[name]!);
        node[names[^1]] = JsonNode.Parse(json);
    }

    [Theory]
    [InlineData("extra", "1", "$.extra")]
    [InlineData("model.cache_capacity", "10", "$.model.cache_capacity")]
    [InlineData("model.dropout", "0.1", "$.model.dropout")]
    [InlineData("model.byte_fallback", "true", "$.model.byte_fallback")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "$.model.end_of_word_suffix")]
    [InlineData("model.type", "\"Unigram\"", "$.model.type")]
    [InlineData("added_tokens.0.lstripped", "true", "$.added_tokens[0].lstripped")]
    [InlineData("added_tokens.0.lstrip", "1", "$.added_tokens[0].lstrip")]
    [InlineData("added_tokens.0.content", "\"\"", "$.added_tokens[0].content")]
    [InlineData("added_tokens.1.content", "\"<s>\"", "$.added_tokens[1]")]
    [InlineData("added_tokens.1.id", "0", "$.added_tokens[1].id")]
    [InlineData("added_tokens.1.id", "2147483647", "$.added_tokens[1].id")]
    [InlineData("model.vocab.new", "2147483647", "$.model.vocab['new']")]
    [InlineData("model.vocab.new", "-1", "$.model.vocab['new']")]
    [InlineData("model.vocab.new", "7", "$.model.vocab['new']")]
    [InlineData("model.vocab.new", "700.5", "$.model.vocab['new']")]
    [InlineData("normalizer", """{"type": "Lowercase"}""", "$.normalizer.type")]
    [InlineData("normalizer", """{"type": "NFC", "strip": true}""", "$.normalizer.strip")]
    [InlineData("pre_tokenizer.pretokenizers.1.split_words", "true", "$.pre_tokenizer.pretokenizers[1].split_words")]
    [InlineData("pre_tokenizer.pretokenizers", "null", "$.pre_tokenizer.pretokenizers")]
    [InlineData("pre_tokenizer.pretokenizers", "[null]", "$.pre_tokenizer.pretokenizers[0]")]
    [InlineData("decoder.suffix", "\"x\"", "$.decoder.suffix")]
    [InlineData("decoder.type", "\"WordPiece\"", "$.decoder.type")]
    [InlineData("added_tokens", "[null]", "$.added_tokens[0]")]
    [InlineData("model.merges", "[null]", "$.model.merges[0]")]
    public void UnknownOrWrong_IsRefusedByItsPath(string path, string json, string mentioned)
    {
        Set(path, json);
        string message = Refusal();
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        Assert.Contains(mentioned, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncation", """{"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}""")]
    [InlineData("padding", """{"strategy": {"Fixed": 64}, "direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "<s>"}""")]
    [InlineData("extra", "null")]
    [InlineData("model.cache_capacity", "false")]
    [InlineData("model.dropout", "0.0")]
    public void WhatAsksForNothing_ChangesNothing(string path, string json)
    {
        int[] before = _folder.Load().Encode("another apple and an apple");
        Set(path, json);
        Assert.Equal(before, _folder.Load().Encode("another apple and an apple"));
    }

    [Theory]
    [InlineData("split_special_tokens", "true")]
    [InlineData("do_lower_case", "true")]
    [InlineData("add_prefix_space", "true")]
    [InlineData("fix_mistral_regex", "true")]
    [InlineData("auto_map", """{"AutoTokenizer": ["tokenization_x.XTokenizer", null]}""")]
    [InlineData("added_tokens_decoder", """{"0": {"content": "<s>", "special": true, "lstrip": true}}""")]
    [InlineData("added_tokens_decoder", """{"0": {"content": "<S>", "special": true}}""")]
    [InlineData("added_tokens_decoder", """{"500": {"content": "<new>", "special": true}}""")]
    public void ConfigurationKeys_ThatChangeEncoding_AreRefusedByName(string key, string json)
    {
        _folder.Config = new() { [key] = JsonNode.Parse(json) };
        string message = Refusal();
        Assert.Contains("tokenizer_config.json", message, StringComparison.Ordinal);
        Assert.Contains(key, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigurationKeys_ThatChangeNothing_Pass()
    {
        _folder.Config = JsonNode
            .Parse(
                """
                {"split_special_tokens": false, "add_prefix_space": false, "clean_up_tokenization_spaces": true, "model_max_length": 1e30,
                 "padding_side": "left", "tokenizer_class": "GPT2Tokenizer", "errors": "replace", "vocab_size": 7, "auto_map": null,
                 "added_tokens_decoder": {"0": {"content": "<s>", "lstrip": false, "normalized": false, "rstrip": false, "single_word": false, "special": true}}}
                """
            )!
            .AsObject();
        BpeTokenizer tokenizer = _folder.Load();
        Assert.Equal("it 's , here .", tokenizer.Decode(tokenizer.Encode("it 's , here .")));
    }

    [Theory]
    [InlineData(false, false, false, "a<m> b", new[] { "a", "<m>", " b" })]
    [InlineData(true, false, false, "a  <m> b", new[] { "a", "<m>", " b" })]
    [InlineData(false, true, false, "a <m>  b", new[] { "a ", "<m>", "b" })]
    [InlineData(false, false, true, "a<m>b <m> c", new[] { "a<m>b ", "<m>", " c" })]
    [InlineData(false, false, true, "\U0001D4D0<m> <m>é", new[] { "\U0001D4D0<m> <m>é" })]
    public void AddedTokens_TakeSpaceAndStandAlone_AsTheirFlagsSay(bool left, bool right, bool word, string text, string[] parts)
    {
        _folder.Json["added_tokens"]!
            .AsArray()
            .Add(
                new JsonObject
                {
                    ["id"] = 300,
                    ["content"] = "<m>",
                    ["single_word"] = word,
                    ["lstrip"] = left,
                    ["rstrip"] = right,
                    ["normalized"] = false,
                    ["special"] = false,
                }
            );
        BpeTokenizer tokenizer = _folder.Load();
        BpeTokenizer plain = new TokenizerFolder("<s>", "</s>").Load();
        Assert.Equal(parts.SelectMany(p => p == "<m>" ? [300] : plain.Encode(p)), tokenizer.Encode(text));
    }

    [Theory]
    [InlineData("""{"model": {"vocab": {"\ud800": 1}}}""", "line 1", "half of a surrogate pair")]
    [InlineData("{\n\"model\": {\"vocab\": {\"a\": 1, \"a\": 2}}}", "line 2", "model.vocab.a")]
    [InlineData("{\n\"model\": \"\\udc00\"}", "line 2", "model")]
    [InlineData("[]", "$", "object")]
    [InlineData("{\"model\": ", "line 1", "")]
    public void TextThatIsNoStrictJson_IsRefusedWithFileLineAndKey(string json, string line, string what)
    {
        string message = Assert.Throws<TokenizerFormatException>(() => _folder.LoadBytes(Encoding.UTF8.GetBytes(json))).Message;
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        Assert.Contains(line, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFlippedByte_IsRefusedWithFileAndLine()
    {
        _folder.Load();
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder.Path, "tokenizer.json"));
        bytes[bytes.AsSpan().IndexOf("apple"u8)] = 0xFF;
        string message = Assert.Throws<TokenizerFormatException>(() => _folder.LoadBytes(bytes)).Message;
        Assert.Contains("tokenizer.json, line 1", message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByteOrderMark_IsPassedOver()
    {
        int[] expected = _folder.Load().Encode("an apple");
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder.Path, "tokenizer.json"));
        Assert.Equal(expected, _folder.LoadBytes([0xEF, 0xBB, 0xBF, .. bytes]).Encode("an apple"));
    }
}
