namespace Rlhf.Trainers.Optimization;

/// <summary>The learning rate as a function of the optimizer step.</summary>
/// <remarks>
/// With peak rate η, W warm-up steps, T total steps and final fraction f, step t (from 0) uses η·t/W for t &lt; W; then, with
/// s = (t − W)/(T − W) capped at 1: η (constant), η·(1 − (1 − f)·s) (linear), η·(f + (1 − f)·½(1 + cos πs)) (cosine).
/// The first step of a warm-up has rate 0 (as in transformers): moments move, weights don't.
/// </remarks>
/// <param name="Peak">η, the rate after the warm-up; positive.</param>
/// <param name="Warmup">W, in optimizer steps.</param>
/// <param name="Total">T, in optimizer steps; not needed for a constant rate.</param>
/// <param name="Decay">The form after the warm-up.</param>
/// <param name="FinalFraction">f, in [0, 1].</param>
internal sealed record LearningRateSchedule(double Peak, int Warmup, int Total, LearningRateDecay Decay, double FinalFraction = 0)
{
    /// <summary>Optimizer steps before the schedule's first; a schedule that is named for added iterations begins with them.</summary>
    /// <value>Default 0. W counts from here, and T − start takes T's place.</value>
    internal long Start { get; init; }

    /// <summary>The rate of optimizer step <paramref name="step"/>, counted from 0.</summary>
    /// <param name="step">Optimizer steps made before this one.</param>
    public double At(long step)
    {
        step -= Start;
        long total = Total - Start;
        if (step < Warmup)
        {
            return Peak * step / Warmup;
        }

        double s = total > Warmup ? Math.Min(1.0, (double)(step - Warmup) / (total - Warmup)) : 1.0;
        return Decay switch
        {
            LearningRateDecay.Constant => Peak,
            LearningRateDecay.Linear => Peak * (1 - (1 - FinalFraction) * s),
            LearningRateDecay.Cosine => Peak * (FinalFraction + (1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * s))),
            _ => throw new InvalidOperationException($"Unknown decay {Decay}."),
        };
    }
}
