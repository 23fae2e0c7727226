using System.Text.Json;
using Rlhf.Chat;

namespace Rlhf.Tests.Core.Chat;

public sealed class ChatTemplateDetectionTests : IDisposable
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
    private const string Llama3 =
        "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}{% endfor %}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rlhf-chat-");

    public void Dispose() => _folder.Delete(recursive: true);

    private ChatTemplate DetectConfig(object config)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), JsonSerializer.Serialize(config));
        return ChatTemplates.Detect(_folder.FullName);
    }

    private static string WithSystem(string system) =>
        "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n" + system + "<|im_end|>\\n' }}{% endif %}" + ChatMl;

    private static string Qwen25(string system, string systemWithTools) =>
        "{%- if tools %}{{- '" + systemWithTools + "' }}{{- \"\\n<tool_call>\\n\" }}{%- endif %}" + WithSystem(system);

    [Theory]
    [InlineData("models/SmolLM2-135M-Instruct", "smollm2")]
    [InlineData("reference/tokenizers/qwen3", "qwen3")]
    public void Detect_SharedFolders_AreKnown(string folder, string name) =>
        Assert.Equal(name, ChatTemplates.Detect(SharedData.Require(folder)).Name);

    [Fact]
    public void Detect_TemplateTexts_AreKnownByWhatTheyDo()
    {
        const string qwen = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
        Assert.Equal("chatml", DetectConfig(new { chat_template = ChatMl }).Name);
        Assert.Equal("qwen2.5", DetectConfig(new { chat_template = Qwen25(qwen, qwen) }).Name);
        Assert.Equal("llama3", DetectConfig(new { chat_template = Llama3 }).Name);
        Assert.Equal(
            "llama3.1",
            DetectConfig(
                new { chat_template = "{{ \"Cutting Knowledge Date: December 2023\" }}{% if tools_in_user_message %}{% endif %}" + Llama3 }
            ).Name
        );
        Assert.Equal(
            "chatml",
            DetectConfig(
                new { chat_template = new[] { new { name = "tool_use", template = "x" }, new { name = "default", template = ChatMl } } }
            ).Name
        );
    }

    [Fact]
    public void Detect_AnotherDefaultSystemMessage_IsTakenOver()
    {
        ChatMessage[] question = [new(ChatRole.User, "q")];
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nq<|im_end|>\n",
            DetectConfig(new { chat_template = WithSystem("You are a helpful assistant.") }).RenderText(question)
        );
        const string boxed = "Answer within \\\\boxed{}.";
        Assert.Equal(
            "<|im_start|>system\nAnswer within \\boxed{}.<|im_end|>\n<|im_start|>user\nq<|im_end|>\n",
            DetectConfig(new { chat_template = Qwen25(boxed, boxed) }).RenderText(question)
        );
    }

    [Fact]
    public void Detect_ASeparateJinjaFile_ComesFirst()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), ChatMl);
        Assert.Equal("chatml", DetectConfig(new { chat_template = Llama3 }).Name);
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
    public void Detect_AnUnknownTemplate_IsRefusedWithTheFile(string jinja)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => DetectConfig(new { chat_template = jinja }));
        Assert.Contains("tokenizer_config.json", e.Message, StringComparison.Ordinal);
        Assert.Contains("qwen2.5", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_Qwen25WithTwoDifferentSystemMessages_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => DetectConfig(new { chat_template = Qwen25("One.", "Two.") }));

    [Fact]
    public void Detect_ABrokenConfiguration_IsRefusedWithTheFile()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), "{");
        Assert.Contains(
            "not valid JSON",
            Assert.Throws<InvalidDataException>(() => ChatTemplates.Detect(_folder.FullName)).Message,
            StringComparison.Ordinal
        );
    }
}
