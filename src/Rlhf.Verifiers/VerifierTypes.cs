using Microsoft.Extensions.Logging;
using Rlhf.Configuration;
using Rlhf.Verification.Patterns;
using Rlhf.Verification.Sandbox;

namespace Rlhf.Verification;

/// <summary>The reward sources on the host that a configuration may name.</summary>
public static class VerifierTypes
{
    /// <summary>The library's own.</summary>
    public static TypeRegistry<RewardSourceOptions, ILogger, IRewardSource> All { get; } =
        new TypeRegistry<RewardSourceOptions, ILogger, IRewardSource>("reward source")
            .With<ArithmeticStepsOptions>("arithmetic_steps", (options, _) => Verifiers.ArithmeticSteps(options))
            .With<BoxedOptions>("boxed", (options, _) => Verifiers.Boxed(options))
            .With<ExactOptions>("exact", (options, _) => Verifiers.Exact(options))
            .With<RegexVerifierOptions>("regex", (options, _) => Verifiers.Regex(options))
            .With<FormatOptions>("format", (options, _) => Verifiers.Format(options))
            .With<LastNumberOptions>("last_number", (options, _) => Verifiers.LastNumber(options))
            .With<LengthOptions>("length", (options, _) => TextRewards.Length(options))
            .With<MathOptions>("math", (options, _) => Verifiers.Math(options))
            .With<NumericOptions>("numeric", (options, _) => Verifiers.Numeric(options))
            .With<ReasoningPatternOptions>("reasoning_pattern", (options, _) => TextRewards.ReasoningPattern(options))
            .With<RepetitionOptions>("repetition", (options, _) => TextRewards.Repetition(options))
            .With<SetF1Options>("set_f1", (options, _) => Verifiers.SetF1(options))
            .With<UnitTestsOptions>("unit_tests", (options, _) => CodeRewards.UnitTests(options));
}
