namespace Rlhf;

/// <summary>Samples responses. A contract of plain host values, so that another process or a server can implement it.</summary>
public interface IRolloutEngine
{
    /// <summary>Samples every request's responses.</summary>
    /// <param name="requests">Prompts; no two may have a visit id and a sample index in common.</param>
    /// <param name="options">How tokens are drawn and when a response ends.</param>
    /// <param name="progress">Told now and then how far it is; called on the thread that computes.</param>
    /// <param name="cancellationToken">Looked at between two tokens.</param>
    /// <returns>Responses ordered by request, then by sample, whatever order they were computed in.</returns>
    /// <exception cref="ArgumentException">An option or a request is not usable; the message names it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the engine stays usable.</exception>
    IReadOnlyList<RolloutSequence> Generate(
        IReadOnlyList<RolloutRequest> requests,
        SamplingOptions options,
        IProgress<RolloutProgress>? progress = null,
        CancellationToken cancellationToken = default
    );
}
