using System.Text;
using System.Text.Json;
using Rlhf.Chat;
using Rlhf.Datasets;
using Rlhf.Tests.Text.Tokenizers;
using Rlhf.Text;
using Rlhf.Tokenizers;
using Rlhf.Verification.Answers;

namespace Rlhf.Tests.Verification;

/// <summary>The deepest inputs of each form, on a thread with 256 KiB of stack: a recursion that they choose would end the process.</summary>
public class DeepTextTests
{
    private const int Deep = 200_000;

    private static string Many(string part, int count = Deep) => string.Concat(Enumerable.Repeat(part, count));

    [Fact]
    public void WorkedEquation_OfAnyDepth_IsReadOrRefused() =>
        SmallStack.Run(() =>
        {
            Assert.Throws<FormatException>(() => WorkedEquation.Parse(Many("(") + "1" + Many(")")));
            Assert.Throws<FormatException>(() => WorkedEquation.Parse(Many("1*(")));
            Assert.Equal(1, WorkedEquation.Parse(Many("(", 100) + "1" + Many(")", 100)).Value);
            Assert.Equal(1 + Deep, WorkedEquation.Parse("1" + Many("+1")).Value);
            Assert.Equal(1, WorkedEquation.Parse("1" + Many("*1")).Value);
        });

    [Fact]
    public void EquationReader_OfAnyDepth_ReadsWhatItsBoundAllows() =>
        SmallStack.Run(() =>
        {
            string[] texts =
            [
                Many("(") + "1" + Many(")") + " = 1",
                Many("1+(") + "1",
                "1" + Many("+1") + " = 2",
                "1" + Many("*1") + " = 1",
                "1" + Many(" = 1"),
                Many("-") + "1 + 1 = 2",
                Many("(-("),
            ];
            Assert.All(texts, text => Assert.Equal(0, EquationReader.Check(text).Equations));
            Assert.Equal(1, EquationReader.Check(Many("(", 16) + "1 + 1" + Many(")", 16) + " = 2").Equations);
        });

    [Theory]
    [InlineData(StepBoundary.Delimiter, "\n", Deep)]
    [InlineData(StepBoundary.Paragraph, "\n\n", 1)]
    [InlineData(StepBoundary.Paragraph, "a\n \n", Deep)]
    [InlineData(StepBoundary.NumberedStep, "Step 1\n", Deep)]
    [InlineData(StepBoundary.NumberedStep, "#", 1)]
    public void StepSegmenter_OfAnyLength_FindsTheSteps(StepBoundary boundary, string part, int steps) =>
        SmallStack.Run(() => Assert.Equal(steps, StepSegmenter.Split(Many(part), new() { Boundary = boundary }).Count));

    [Fact]
    public void PythonJson_OfAnyDepth_IsWrittenOrRefused() =>
        SmallStack.Run(() =>
        {
            JsonDocumentOptions any = new() { MaxDepth = int.MaxValue };
            foreach (string text in (string[])[Many("[") + Many("]"), Many("{\"a\":") + "1" + Many("}")])
            {
                using JsonDocument deep = JsonDocument.Parse(text, any);
                Assert.Throws<ArgumentException>(() => PythonJson.Write(deep.RootElement));
                Message call = new(MessageRole.Assistant, "", [new("f", deep.RootElement)]);
                Assert.Throws<ArgumentException>(() =>
                    ChatTemplates.ByName("qwen3").Render([new(MessageRole.User, "q"), call], new() { Tools = [deep.RootElement] })
                );
            }

            using JsonDocument shallow = JsonDocument.Parse(Many("[", 100) + Many("]", 100), any);
            Assert.Equal(Many("[", 100) + Many("]", 100), PythonJson.Write(shallow.RootElement));
        });

    [Fact]
    public void PythonJson_TextThatIsNoUnicode_IsRefused()
    {
        foreach (string json in (string[])["\"\\ud800\"", "{\"\\ud800\": 1}", "[\"\\udc00\"]"])
        {
            using JsonDocument document = JsonDocument.Parse(json);
            Assert.Contains(
                "Unicode",
                Assert.Throws<ArgumentException>(() => PythonJson.TextOrJson(document.RootElement)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void DataRows_OfAnyDepth_AreRefusedWithFileAndLine()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "{\"question\": \"q\", \"answer\": \"1\"}\n{\"question\": " + Many("["));
            SmallStack.Run(() =>
                Assert.Contains(
                    $"{file}, line 2",
                    Assert.Throws<InvalidDataException>(() => JsonLinesProblems.Load(file, new())).Message,
                    StringComparison.Ordinal
                )
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void TokenizerFiles_OfAnyDepth_AreReadOrRefused()
    {
        using TokenizerFolder folder = new("<s>");
        folder.Load();
        string json = File.ReadAllText(Path.Combine(folder.Path, "tokenizer.json"));
        const string digits = """{"type":"Digits","individual_digits":true},""";
        int at = json.IndexOf("""{"type":"Digits""", StringComparison.Ordinal);
        string nested = Many("""{"type":"Sequence","pretokenizers":[""", 30);
        string[] refused =
        [
            json.Replace("\"normalizer\":null", $"\"normalizer\":{Many("[")}", StringComparison.Ordinal),
            json.Insert(at, $"{nested}{Many("]}", 30)},"),
        ];
        SmallStack.Run(() =>
        {
            Assert.All(refused, text => Assert.Throws<TokenizerFormatException>(() => folder.LoadBytes(Encoding.UTF8.GetBytes(text))));

            // Many in a row are no depth.
            BpeTokenizer many = folder.LoadBytes(Encoding.UTF8.GetBytes(json.Insert(at, Many(digits, 2000))));
            Assert.Equal("12 apples", many.Decode(many.Encode("12 apples")));
        });
    }

    [Fact]
    public void Tokenizer_TextsOfAnyLength_AreEncodedAndDecoded()
    {
        using TokenizerFolder folder = new("<s>");
        BpeTokenizer tokenizer = folder.Load();
        SmallStack.Run(() =>
        {
            foreach (string part in (string[])["a", " ", "<s>", "\n", "apple", "\U0001F600", "\uD800"])
            {
                string text = Many(part, 50_000);
                string expected = part == "\uD800" ? Many("\uFFFD", 50_000) : text;
                Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text, allowSpecialTokens: true)));
            }
        });
    }

    [Fact]
    public void Chats_OfAnyLength_AreRendered() =>
        SmallStack.Run(() =>
        {
            Message[] messages =
            [
                .. Enumerable.Range(0, 20_000).Select(i => new Message(i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, "x")),
            ];
            foreach (string name in ChatTemplates.Names)
            {
                Assert.NotEmpty(ChatTemplates.ByName(name).Render(messages, new() { AddGenerationPrompt = true }));
            }

            Message thoughts = new(MessageRole.Assistant, Many("<think></think>"));
            Assert.NotEmpty(ChatTemplates.ByName("qwen3").Render([new(MessageRole.User, "q"), thoughts]));
        });
}
