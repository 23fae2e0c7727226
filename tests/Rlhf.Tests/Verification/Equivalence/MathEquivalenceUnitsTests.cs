using Rlhf.Verification.Equivalence;

namespace Rlhf.Tests.Verification.Equivalence;

/// <summary>Units, counted nouns, money and percentages.</summary>
public class MathEquivalenceUnitsTests
{
    public static TheoryData<string, string[], string[]> Units =>
        new()
        {
            {
                "10 m/s",
                ["10\\text{ m/s}", "10 \\frac{\\text{m}}{\\text{s}}", "10 meters per second", "10"],
                ["10 m/s^2", "10 ft/s", "10 s/m", "10 m", "10\\text{ m s}"]
            },
            { "9.8\\text{ m/s}^2", ["9.8\\ \\mathrm{m\\,s^{-2}}", "9.8 m/s^2"], [] },
            { "5\\ \\mathrm{kg\\,m/s^2}", ["5\\text{ kg}\\cdot\\text{m/s}^2"], ["5\\text{ kg}\\cdot\\text{m/s}"] },
            { "60 mph", ["60 miles per hour"], ["60 km/h"] },
            { "60 km/h", ["60 kilometers per hour", "60\\text{ km/hr}"], [] },
            { "5 sq. ft.", ["5 square feet"], ["5 ft", "5 cubic feet"] },
            { "12\\text{ cubic inches}", ["12 in^3"], [] },
            { "9 (apples)", ["9", "9 apples"], ["9 oranges", "8 apples", "9 (oranges)"] },
            { "9 apples", ["9\\text{ apples}"], [] },
            { "9", ["9 (apples)"], [] },
            { "5", [], ["5 (wrong)", "5 (incorrect)", "5 (approximately)", "5 (not final)"] },
            { "Rs. 500", ["Rs 500", "₹500", "500 rupees"], ["\\$500", "Rs. 600"] },
            { "₹500", ["INR 500"], [] },
            { "\\$1,250.50", ["1250.5", "1250.50 dollars"], ["1250.05"] },
            { "€5", ["5 euros"], ["5 dollars"] },
            { "£5", ["5 pounds"], [] },
            { "5 dollars", [], ["5 cents"] },
            { "50 cents", ["50¢"], [] },
            { "15\\%", ["15 per cent", "15 percent"], ["150\\%"] },
            { "15 per cent", ["0.15"], ["1.5", "15 cents"] },
            { "15 percent", ["15\\%"], [] },
            { "2.5\\%", ["0.025", "\\frac{1}{40}"], [] },
            { "\\frac{1}{40}", ["2.5\\%"], ["2.5"] },
            { "66\\frac{2}{3}\\%", ["\\frac23"], ["66.7\\%", "66\\%"] },
            { "5\\text{ kg}", ["5 kilograms"], ["5 grams"] },
            { "3\\text{ hours}", ["3 hrs", "3 h"], ["3 minutes"] },
            { "25^\\circ C", ["25 degrees Celsius"], ["25^\\circ F"] },
            { "1.6\\times10^{-19}\\ \\mathrm{C}", ["1.6 \\times 10^{-19}"], ["1.6e-18"] },
            {
                "6.63\\times 10^{-34}\\text{ J}\\cdot\\text{s}",
                ["6.63e-34", "6.63\\times10^{-34}\\ \\mathrm{J\\,s}"],
                ["6.63\\times10^{-34}\\ \\mathrm{J/s}"]
            },
            { "10", ["10 people", "10 units"], [] },
            { "5\\text{ cm}^2", ["5 square centimeters"], [] },
            { "100 km^2", ["100"], [] },
            { "12.5 million", ["12500000"], [] },
            { "\\$1.5\\text{ million}", ["1,500,000"], [] },
            { "1.5 million dollars", ["1.5e6"], [] },
            { "1.5 million", [], ["1.5", "1.5 billion"] },
            { "3 dozen", ["36"], ["3", "30"] },
        };

    [Theory]
    [MemberData(nameof(Units))]
    public void Units_AreJudged(string reference, string[] equal, string[] different)
    {
        Assert.All(equal, answer => Assert.True(MathEquivalence.AreEquivalent(reference, answer), answer));
        Assert.All(different, answer => Assert.False(MathEquivalence.AreEquivalent(reference, answer), answer));
    }
}
