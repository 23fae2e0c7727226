using Rlhf.Rewards;

namespace Rlhf.Tests.Core.Rewards.Verification;

/// <summary>Which references can be read at all.</summary>
public class MathEquivalenceReadableTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("\\frac{3}{4}")]
    [InlineData("\\text{Evelyn}")]
    [InlineData("(1, 2] \\cup \\{5\\}")]
    public void IsReadable_WhatSaysSomething_IsTrue(string gold) => Assert.True(MathEquivalence.IsReadable(gold));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\\frac{3}{")]
    [InlineData("\\frac10")]
    [InlineData("\\undefinedCommand{5}")]
    [InlineData("print(5)")]
    public void IsReadable_EmptyCutOffUndefinedUnknownOrCode_IsFalse(string gold) => Assert.False(MathEquivalence.IsReadable(gold));

    [Theory]
    [InlineData("\ud800")]
    [InlineData("5\ud835")]
    [InlineData("\ud83512")]
    [InlineData("\udfce5")]
    [InlineData("\\text{\udc00}")]
    public void AreEquivalent_UnpairedSurrogate_IsFalse(string text)
    {
        Assert.False(MathEquivalence.AreEquivalent("5", text));
        Assert.False(MathEquivalence.AreEquivalent(text, "5"));
        Assert.False(MathEquivalence.AreEquivalent(text, text));
        Assert.False(MathEquivalence.IsReadable(text));
    }
}
