using Microsoft.Extensions.Logging;
using Rlhf.Generation;
using Rlhf.Models;
using Rlhf.Tokenizers;
using Rlhf.Trainers.Phases;

namespace Rlhf.Trainers.Experiments;

/// <summary>What an experiment gives a phase that is being planned.</summary>
public sealed class PhaseContext
{
    internal PhaseContext(Experiment experiment, string name, int index) => (Experiment, Name, Index) = (experiment, name, index);

    /// <summary>The phase's name.</summary>
    public string Name { get; }

    /// <summary>Its place in <c>phases</c>, from 0.</summary>
    public int Index { get; }

    /// <summary>The whole experiment's options.</summary>
    public ExperimentOptions Options => Experiment.Options;

    /// <summary>The policy.</summary>
    public CausalLm Policy => Experiment.Policy;

    /// <summary>The policy's tokenizer.</summary>
    public BpeTokenizer Tokenizer => Experiment.Tokenizer;

    /// <summary>Samples from the policy.</summary>
    public IRolloutEngine Engine => Experiment.Engine;

    /// <summary>The training problems whose answers the returned sources can judge by.</summary>
    public IProblemSource Problems => Experiment.Train;

    /// <summary>The run's folder.</summary>
    public string RunFolder => Experiment.RunFolder;

    /// <summary>Where warnings go.</summary>
    public ILogger Logger => Experiment.Logger;

    /// <summary>The phases before this one.</summary>
    public IEnumerable<PhaseOptions> Before => Options.Phases.Take(Index);

    internal Experiment Experiment { get; }

    /// <summary>A problem as the policy sees it.</summary>
    /// <param name="problem">The problem.</param>
    public Prompt Format(Problem problem) => Experiment.Formatter.Format(problem);
}
