using Rlhf.Rewards;

namespace Rlhf.Judges;

/// <summary>Lets configurations name judges.</summary>
public static class JudgeRegistration
{
    /// <summary>The registry with the type <c>judge</c>.</summary>
    public static RewardSourceRegistry WithJudge(this RewardSourceRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.With<JudgeOptions>("judge", o => new Judge(o));
    }
}
