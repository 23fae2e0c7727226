using System.Text.Json;
using Rlhf.Chat;

namespace Rlhf.Tests.Text.Chat;

public sealed class ChatTemplateDetectionTests : IDisposable
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    // Short enough to write anew; the library keeps no template's text.
    private static string ChatMlWithSystem(string system) =>
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n"
        + system
        + "<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rlhf-chat-");

    public void Dispose() => _folder.Delete(recursive: true);

    private ChatTemplate DetectConfig(object config)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), JsonSerializer.Serialize(config));
        return ChatTemplates.Detect(_folder.FullName);
    }

    private static string Template(string folder)
    {
        string config = Path.Combine(SharedData.Require(folder), "tokenizer_config.json");
        return JsonDocument.Parse(File.ReadAllBytes(config)).RootElement.GetProperty("chat_template").GetString()!;
    }

    private string Refusal(string jinja) => Assert.Throws<InvalidDataException>(() => DetectConfig(new { chat_template = jinja })).Message;

    [Theory]
    [InlineData("models/SmolLM2-135M-Instruct", "smollm2")]
    [InlineData("reference/tokenizers/qwen3", "qwen3")]
    public void Detect_SharedFolders_AreKnown(string folder, string name) =>
        Assert.Equal(name, ChatTemplates.Detect(SharedData.Require(folder)).Name);

    [Fact]
    public void Detect_ChatMl_IsKnownAsTextAndAsTheDefaultOfAList()
    {
        Assert.Equal("chatml", DetectConfig(new { chat_template = ChatMl }).Name);
        Assert.Equal("smollm2", DetectConfig(new { chat_template = ChatMlWithSystem(ChatMlTemplate.SmolLm2System) }).Name);
        Assert.Equal(
            "chatml",
            DetectConfig(
                new { chat_template = new[] { new { name = "tool_use", template = "x" }, new { name = "default", template = ChatMl } } }
            ).Name
        );
    }

    [Theory]
    [InlineData("You are a helpful assistant.", "You are a helpful assistant.")]
    [InlineData("Answer within \\\\boxed{}.", "Answer within \\boxed{}.")]
    [InlineData("Don\\'t <think>.\\n\\nBe brief: {{}}", "Don't <think>.\n\nBe brief: {{}}")]
    public void Detect_AnotherDefaultSystemMessage_IsTakenOver(string literal, string system) =>
        Assert.Equal(
            $"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\nq<|im_end|>\n",
            DetectConfig(new { chat_template = ChatMlWithSystem(literal) }).RenderText([new(MessageRole.User, "q")])
        );

    [Fact]
    public void Detect_WhiteSpaceThatIsNotWritten_DoesNotMatter()
    {
        string qwen3 = Template("reference/tokenizers/qwen3");
        string[] same =
        [
            qwen3.Replace("\n", "\r\n", StringComparison.Ordinal),
            qwen3.Replace("\n", "\n\n      ", StringComparison.Ordinal),
            qwen3.Replace("    ", "\t", StringComparison.Ordinal),
            "\n  " + qwen3 + " \n\n",
            qwen3.Replace("loop.last or", "loop.last   or", StringComparison.Ordinal),
            qwen3.Replace("'<|im_start|>user'", "\"<|im_start|>user\"", StringComparison.Ordinal),
            "{#- a note #}" + qwen3,
        ];
        Assert.All(same, jinja => Assert.Equal("qwen3", DetectConfig(new { chat_template = jinja }).Name));
        Assert.Equal("chatml", DetectConfig(new { chat_template = ChatMl.Replace("%}{{", "%}\n{{", StringComparison.Ordinal) }).Name);
    }

    [Fact]
    public void Detect_WhiteSpaceThatIsWritten_Matters()
    {
        Assert.Contains("'chatml'", Refusal(ChatMl.Replace("}}{%", "}}\n{%", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(
            "'chatml'",
            Refusal(ChatMl.Replace("'<|im_start|>assistant\n'", "'<|im_start|>assistant'", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
    }

    // As TRL's training form, and as a template that keeps all thoughts: near, but with another result.
    [Theory]
    [InlineData("{%- if loop.index0 > ns.last_query_index %}", "{%- if true %}")]
    [InlineData("enable_thinking is false", "enable_thinking is not true")]
    [InlineData("{{- '<|im_end|>\\n' }}", "{{- '<|im_end|>' }}")]
    [InlineData("reasoning_content.strip('\\n')", "reasoning_content|trim")]
    public void Detect_ATemplateThatIsNearlyKnown_IsRefusedWithTheNearest(string original, string changed)
    {
        string qwen3 = Template("reference/tokenizers/qwen3");
        string other = qwen3.Replace(original, changed, StringComparison.Ordinal);
        Assert.NotEqual(qwen3, other);
        string message = Refusal(other);
        Assert.Contains("tokenizer_config.json", message, StringComparison.Ordinal);
        Assert.Contains("Nearest is 'qwen3'", message, StringComparison.Ordinal);
        Assert.Matches("about [89][0-9] ?%", message);
    }

    [Fact]
    public void Detect_ANameGivenExplicitly_NeedsNoKnownTemplate()
    {
        Refusal("[INST] {{ messages[0].content }} [/INST]");
        Assert.Equal("qwen3", ChatTemplates.ByName("qwen3").Name);
    }

    [Fact]
    public void Detect_ASeparateJinjaFile_ComesFirst()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "\uFEFF" + ChatMl);
        Assert.Equal("chatml", DetectConfig(new { chat_template = "{{ messages }}" }).Name);
        File.WriteAllBytes(Path.Combine(_folder.FullName, "chat_template.jinja"), [0x7B, 0xFF]);
        Assert.Contains(
            "chat_template.jinja",
            Assert.Throws<InvalidDataException>(() => ChatTemplates.Detect(_folder.FullName)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Detect_NoTemplate_GoesByTheEndToken()
    {
        Assert.Equal("none", ChatTemplates.Detect(_folder.FullName).Name);
        Assert.Equal("none", DetectConfig(new { eos_token = "<|endoftext|>" }).Name);
        Assert.Equal("chatml", DetectConfig(new { eos_token = "<|im_end|>", chat_template = (string?)null }).Name);
        Assert.Equal("llama3", DetectConfig(new { eos_token = new { content = "<|eot_id|>" } }).Name);
    }

    [Theory]
    [InlineData("[INST] {{ messages[0].content }} [/INST]")]
    [InlineData("{{ '<|im_start|>' + message['content'] | trim + '<|im_end|>' }}{% if add_generation_prompt %}{% endif %}")]
    [InlineData("{{ '<|im_start|>' }}{% if enable_thinking %}{% endif %}")]
    [InlineData("{{ '<|start_header_id|>' + '<|eot_id|>' }}{% if tools %}{% endif %}{{ x | trim }}")]
    [InlineData("")]
    [InlineData("{{")]
    [InlineData("{# ")]
    [InlineData("{{ 'a")]
    [InlineData("{% if {'a': {'b': 1}} %}")]
    public void Detect_AnUnknownTemplate_IsRefusedWithFileAndNames(string jinja)
    {
        string message = Refusal(jinja);
        Assert.Contains("tokenizer_config.json", message, StringComparison.Ordinal);
        Assert.Contains("qwen2.5", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("{\n\"chat_template\": \"\\ud800\"}", "line 2")]
    [InlineData("{\"a\": 1, \"a\": 2}", "'a' stands twice")]
    [InlineData("[]", "object")]
    [InlineData("{\"chat_template\": 3}", "chat_template")]
    [InlineData("{\"chat_template\": [null]}", "chat_template")]
    [InlineData("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}", "default")]
    public void Detect_ABrokenConfiguration_IsRefusedWithTheFile(string config, string what)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), config);
        string message = Assert.Throws<InvalidDataException>(() => ChatTemplates.Detect(_folder.FullName)).Message;
        Assert.Contains("tokenizer_config.json", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    // The parts of a template of any depth are read in a row, never one within the other.
    [Fact]
    public void Detect_ADeeplyNestedTemplate_NeedsNoStack() =>
        SmallStack.Run(() => Refusal(string.Concat(Enumerable.Repeat("{% if ((((x %}", 50_000))));
}
