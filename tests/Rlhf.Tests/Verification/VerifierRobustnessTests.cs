using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using CsCheck;
using Rlhf.Text;
using Rlhf.Verification;
using Rlhf.Verification.Answers;
using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification;

public class VerifierRobustnessTests
{
    private static readonly IRewardSource[] All =
    [
        Verifiers.LastNumber(),
        Verifiers.LastNumber(new() { Occurrence = MarkerOccurrence.Last }),
        Verifiers.LastNumber(new() { Search = NumberSearch.Flexible }),
        Verifiers.Boxed(),
        Verifiers.Math(),
        Verifiers.Math(new() { Thoughts = ThoughtText.Only }),
        Verifiers.Regex(new() { Pattern = "#### (?<answer>.*)" }),
        Verifiers.Format(),
        Verifiers.Format(new() { Rule = FormatRule.Boxed }),
        Verifiers.Format(new() { Rule = FormatRule.Pattern, Pattern = "(a+)+$|(#|####)*x" }),
        Verifiers.Format(new() { Rule = FormatRule.ThinkAnswer }),
        Verifiers.Format(new() { Rule = FormatRule.Json }),
        Verifiers.Exact(),
        Verifiers.Exact(new() { Compare = ComparedText.Response }),
        Verifiers.Numeric(new() { Relative = 0.01 }),
        Verifiers.SetF1(),
        Verifiers.ArithmeticSteps(),
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String,
        Gen.OneOf(
                "#",
                "####",
                " ",
                "\n",
                "\\",
                "\\boxed",
                "\\fbox",
                "{",
                "}",
                "$",
                "-",
                "\u2212",
                ".",
                ",",
                "%",
                "/",
                "(",
                ")",
                "=",
                "+",
                "*",
                "x",
                "1",
                "23",
                "000",
                "\\frac",
                "\ud83d",
                "٣",
                "answer is",
                "e",
                "^",
                "\\times 10^",
                "\"",
                "[",
                "]",
                "```",
                "<think>",
                "</think>",
                "<answer>",
                "</answer>"
            )
            .Array[0, 40]
            .Select(string.Concat)
    );

    [Fact]
    public void Score_AnyText_GivesZeroOrOneAndNeverThrows() =>
        Gen.Select(Texts, Texts, Texts)
            .Sample(
                (a, b, answer) =>
                {
                    foreach (IRewardSource verifier in All)
                    {
                        RewardScore score = VerifierCase.Score(verifier, a + "\n" + b, answer, [a, b]);
                        Assert.Equal(verifier.Granularity == RewardGranularity.Step ? 2 : 1, score.Values.Count);
                        Assert.All(score.Values, v => Assert.True(v is null or (>= 0 and <= 1)));
                        Assert.True(score.Answered is not false || score.Values[0] is null or 0);
                        Assert.Equal(verifier.SaysAnswered, score.Answered is not null);
                    }
                },
                iter: 5000,
                threads: 1
            );

    [Theory]
    [InlineData("#")]
    [InlineData("#### ")]
    [InlineData("#### -")]
    [InlineData("#### ,")]
    [InlineData("9")]
    [InlineData("1/")]
    [InlineData("1,000,")]
    [InlineData(".1")]
    [InlineData("$-")]
    [InlineData("\\")]
    [InlineData("\\boxed")]
    [InlineData("\\boxed{")]
    [InlineData("\\fbox{\\boxedx")]
    [InlineData("\\boxed{}{")]
    [InlineData("{,}")]
    [InlineData("(")]
    [InlineData("(1+")]
    [InlineData("9*9=")]
    [InlineData("999999999*")]
    [InlineData("+ 1, ")]
    [InlineData("- 1 = ")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("a")]
    [InlineData("answer is ")]
    [InlineData("answer :\n")]
    [InlineData("answer")]
    [InlineData("1e")]
    [InlineData("e1")]
    [InlineData("\\frac{1}{2}")]
    [InlineData("\\frac{1}{")]
    [InlineData("\\sqrt")]
    [InlineData("2^1")]
    [InlineData("1*10^")]
    [InlineData("$1$ ")]
    [InlineData("\\(a")]
    [InlineData("<<1")]
    [InlineData("<think>")]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("```")]
    [InlineData("1,")]
    [InlineData("|")]
    [InlineData("-")]
    [InlineData("√")]
    [InlineData("\\sin ")]
    public void Score_AMegabyteOfTheSame_TakesTimeInProportion(string unit)
    {
        // A quadratic scan of a megabyte takes minutes; the bound leaves room for a busy machine.
        string text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length));
        string late = "\\boxed{" + text + "}",
            held = "the answer" + text + "x";
        Stopwatch clock = Stopwatch.StartNew();
        foreach (IRewardSource verifier in All)
        {
            VerifierCase.Score(verifier, text, "1");
            VerifierCase.Score(verifier, late, text);
            VerifierCase.Score(verifier, held, "1");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"'{unit}': {clock.Elapsed.TotalMilliseconds:F0} ms for all {All.Length} verifiers, three times"
        );
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"took {clock.Elapsed}");
    }

    [Fact]
    public void Strict_AnyText_IsTheOfficialRegularExpression() =>
        Gen.OneOf("#", "####", "#### ", " ", "-", ".", ",", "1", "20", "x", "\n")
            .Array[0, 12]
            .Select(string.Concat)
            .Sample(
                text =>
                {
                    string[] official =
                    [
                        .. System.Text.RegularExpressions.Regex.Matches(text, @"#### (\-?[0-9\.\,]+)").Select(m => m.Groups[1].Value),
                    ];
                    foreach (
                        (MarkerOccurrence occurrence, string? expected) in new[]
                        {
                            (MarkerOccurrence.First, official.FirstOrDefault()),
                            (MarkerOccurrence.Last, official.LastOrDefault()),
                        }
                    )
                    {
                        Assert.Equal(expected is not null, MarkedAnswer.TryFind(text, "####", occurrence, out ExactNumber? value));
                        Assert.Equal(expected is null ? null : MarkedAnswer.Parse(expected), value);
                    }
                },
                iter: 20000,
                threads: 1
            );

    [Fact]
    public void Flexible_WrittenDecimal_ComesBackExactly() =>
        Gen.Select(Gen.Decimal[-1e12m, 1e12m], Gen.OneOf("N0", "F0", "F2", "N3", "F7"))
            .Sample(
                (number, format) =>
                {
                    string written = number.ToString(format, CultureInfo.InvariantCulture);
                    decimal rounded = decimal.Parse(written, NumberStyles.Number, CultureInfo.InvariantCulture);
                    Assert.True(NumberText.TryFindLast($"It is {written}.", out ExactNumber? value));
                    BigInteger scale = BigInteger.Pow(10, 7);
                    Assert.Equal(new BigInteger(rounded * 10_000_000m) * value!.Value.Denominator, value.Value.Numerator * scale);
                },
                iter: 2000,
                threads: 1
            );

    [Fact]
    public void Equation_RandomSums_AreJudgedAsDecimalsAre() =>
        Gen.Select(Gen.Int[0, 99].Array[2, 6], Gen.OneOf('+', '-', '*').Array[5], Gen.Int[-1, 1])
            .Sample(
                (numbers, signs, error) =>
                {
                    string sum = numbers[0].ToString(CultureInfo.InvariantCulture);
                    long total = 0,
                        product = numbers[0];
                    for (int i = 1; i < numbers.Length; i++)
                    {
                        sum += $" {signs[i - 1]} {numbers[i]}";
                        (total, product) = signs[i - 1] switch
                        {
                            '*' => (total, product * numbers[i]),
                            '+' => (total + product, numbers[i]),
                            _ => (total + product, -numbers[i]),
                        };
                    }

                    EquationCheck check = EquationReader.Check($"{sum} = {total + product + error}");
                    Assert.Equal((1, error == 0), (check.Equations, check.AllRight));
                },
                iter: 2000,
                threads: 1
            );
}
