using Rlhf.Verification.Sandbox;

namespace Rlhf.Tests.Verification.Sandbox;

public class CodeBlockTests
{
    [Theory]
    [InlineData("```python\nx\n```", "python|x\n")]
    [InlineData("```\nx\n```\n", "|x\n")]
    [InlineData("``` py\r\nx\r\n```\r\n", "py|x\r\n")]
    [InlineData("~~~python\nx\n~~~", "python|x\n")]
    [InlineData("~~~\n```\nx\n```\n~~~", "|```\nx\n```\n")]
    [InlineData("````python\n```\nx\n````", "python|```\nx\n")]
    [InlineData("```python\nx\n`````", "python|x\n")]
    [InlineData("1. First:\n\n   ```python\n   if x:\n       y\n   ```\n", "python|if x:\n    y\n")]
    [InlineData("- ```python\n  x\n  ```", "python|x\n")]
    [InlineData("1. ```python\n   x\n   ```", "python|x\n")]
    [InlineData("\t```python\n\tx\n\t```", "python|x\n")]
    [InlineData("```python\nx\ny", "python|x\ny")]
    [InlineData("```python\nx = 1```", "python|x = 1")]
    [InlineData("```python\nx\n```python\ny\n```", "python|x\n", "python|y\n")]
    [InlineData("```markdown\n```python\nx\n```\n```\n", "markdown|", "python|x\n")]
    [InlineData("```python\nx\n```\nOutput:\n```\n8\n```", "python|x\n", "|8\n")]
    [InlineData("```python\n\"\"\"\n    ```\n    f(2)\n    ```\n\"\"\"\n```", "python|\"\"\"\n    ```\n    f(2)\n    ```\n\"\"\"\n")]
    [InlineData("```Python3\nx\n```", "python|x\n")]
    [InlineData("```python3.11 title=\"a.py\"\nx\n```", "python|x\n")]
    [InlineData("```{.python .numberLines}\nx\n```", "python|x\n")]
    [InlineData("```language-python\nx\n```", "python|x\n")]
    [InlineData("```python:solution.py\nx\n```", "python|x\n")]
    [InlineData("```c++\nx\n```", "c++|x\n")]
    [InlineData("a ```python\nx\n``` b")]
    [InlineData("Use ```x``` here.\n```a`b\n")]
    [InlineData("``\nx\n``")]
    [InlineData("```")]
    [InlineData("")]
    public void ABlock_IsWhatItsFencesHold(string text, params string[] expected) =>
        Assert.Equal(expected, CodeBlock.FindAll(text).Select(b => b.Tag + "|" + b.Text));

    [Fact]
    public void AManyFencedText_TakesTimeInProportion()
    {
        long start = TimeProvider.System.GetTimestamp();
        CodeBlock.FindAll(string.Concat(Enumerable.Repeat("```a\nb ``` ```\n", 200_000)));
        CodeBlock.FindAll("```\n" + string.Concat(Enumerable.Repeat("  ~~~\n", 200_000)));
        CodeBlock.FindAll(new string('`', 1_000_000));
        CodeBlock.FindAll(new string(' ', 1_000_000) + "```");
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }
}
