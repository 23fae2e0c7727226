using Microsoft.Extensions.Logging;
using Rlhf.Configuration;

namespace Rlhf.Judges;

/// <summary>Lets configurations name judges.</summary>
public static class JudgeRegistration
{
    /// <summary>The registry with the type <c>judge</c>.</summary>
    /// <param name="registry">Reward sources.</param>
    public static TypeRegistry<RewardSourceOptions, ILogger, IRewardSource> WithJudge(
        this TypeRegistry<RewardSourceOptions, ILogger, IRewardSource> registry
    )
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.With<JudgeOptions>("judge", (options, _) => new Judge(options));
    }
}
