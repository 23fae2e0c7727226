using System.Globalization;
using System.Text.Json;
using CsCheck;
using Rlhf.Chat;

namespace Rlhf.Tests.Text.Chat;

public class PythonJsonTests
{
    private static string Write(string json, int indent = 0)
    {
        using var document = JsonDocument.Parse(json);
        return PythonJson.Write(document.RootElement, indent);
    }

    // Expected: what Python's json.dumps(json.loads(text), ensure_ascii=False) gives.
    [Theory]
    [InlineData("{\"b\":[1,2,{}],\"a\":{\"c\":[]}}", "{\"b\": [1, 2, {}], \"a\": {\"c\": []}}")]
    [InlineData("[true,false,null]", "[true, false, null]")]
    [InlineData("\"<b>&amp; 'é' 日本 👍 \\u2028 \\u007f\"", "\"<b>&amp; 'é' 日本 👍 \u2028 \u007f\"")]
    [InlineData("\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\\\/\"", "\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\"")]
    [InlineData("[-0, 123456789012345678901234567890]", "[0, 123456789012345678901234567890]")]
    [InlineData("[1.0, -0.0, 2.50, 0.1, 100e-2, 1E5]", "[1.0, -0.0, 2.5, 0.1, 1.0, 100000.0]")]
    [InlineData(
        "[1e15, 1e16, 123456789012345678.0, 1e22, 1.5e300]",
        "[1000000000000000.0, 1e+16, 1.2345678901234568e+17, 1e+22, 1.5e+300]"
    )]
    [InlineData("[0.0001, 0.00001, 1.25e-7, 5e-324]", "[0.0001, 1e-05, 1.25e-07, 5e-324]")]
    [InlineData("[1e999, -1e999]", "[Infinity, -Infinity]")]
    public void Write_AnyValue_EqualsPython(string json, string expected) => Assert.Equal(expected, Write(json));

    [Fact]
    public void Write_Indented_EqualsPython() =>
        Assert.Equal("{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": []\n}", Write("{\"a\": [1, {}], \"b\": []}", indent: 4));

    [Fact]
    public void Write_AnyDouble_ReadsBackTheSame() =>
        Gen
            .Double.Where(double.IsFinite)
            .Sample(
                value =>
                {
                    string raw = value.ToString("E16", CultureInfo.InvariantCulture);
                    Assert.Equal(value, double.Parse(Write(raw), CultureInfo.InvariantCulture));
                },
                iter: 2_000
            );

    [Fact]
    public void Write_NoValue_IsRefused() => Assert.Throws<ArgumentException>(() => PythonJson.Write(default(JsonElement)));
}
