using Rlhf.Configuration;
using Rlhf.Trainers.Phases;
using Rlhf.Trainers.Policy;
using Rlhf.Trainers.Sft;

namespace Rlhf.Trainers.Experiments;

/// <summary>The phases that a configuration may name.</summary>
public static class PhaseTypes
{
    /// <summary>The library's own.</summary>
    public static TypeRegistry<PhaseOptions, PhaseContext, IPhasePlan> All { get; } =
        new TypeRegistry<PhaseOptions, PhaseContext, IPhasePlan>("phase")
            .With<SftOptions>("sft", (options, context) => new SftPlan(options, context))
            .With<GrpoOptions>("grpo", (options, context) => new PolicyPlan(options, context));
}
