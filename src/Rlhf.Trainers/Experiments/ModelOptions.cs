using System.ComponentModel.DataAnnotations;
using Rlhf.Configuration;
using Rlhf.Models;

namespace Rlhf.Trainers.Experiments;

/// <summary>The policy model. Exactly one of <see cref="Path"/> and <see cref="Architecture"/> is given.</summary>
public sealed record ModelOptions : IValidatableObject
{
    /// <summary>A Hugging Face folder: config.json, safetensors, tokenizer.json.</summary>
    /// <value>Default null.</value>
    [ConfigurationPath]
    public string? Path { get; init; }

    /// <summary>A new Llama-architecture model with random weights and a tokenizer trained on the training problems.</summary>
    /// <value>Default null.</value>
    public ArchitectureOptions? Architecture { get; init; }

    /// <summary>Trains low-rank adapters and leaves the model's own weights as they are; null trains all weights.</summary>
    /// <value>Default null.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>Keys of the folder's config.json, such as <c>my_key</c> or <c>rope_scaling.my_key</c>, that are not known here and may be
    /// passed over.</summary>
    /// <value>Default none: an unknown key that is neither null nor false is refused, since it could change what the model computes.</value>
    public IReadOnlyList<string> IgnoreKeys { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Path is null) == (Architecture is null))
        {
            yield return new(
                "exactly one of path (a Hugging Face folder) and architecture (a new model) must be given; set the other to null.",
                [nameof(Path)]
            );
        }

        if (Path is not null && ModelFolder.Fault(Path) is { } fault)
        {
            yield return new(fault, [nameof(Path)]);
        }
    }
}

/// <summary>Sizes of a new Llama-architecture model.</summary>
public sealed record ArchitectureOptions : IValidatableObject
{
    /// <summary>Width H of the hidden states.</summary>
    /// <value>Default 128; a multiple of <see cref="Heads"/>.</value>
    [Range(8, 65536)]
    public int HiddenSize { get; init; } = 128;

    /// <summary>Number of blocks.</summary>
    /// <value>Default 4.</value>
    [Range(1, 512)]
    public int Layers { get; init; } = 4;

    /// <summary>Query heads.</summary>
    /// <value>Default 4.</value>
    [Range(1, 512)]
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    /// <value>Default 4.</value>
    [Range(1, 512)]
    public int KeyValueHeads { get; init; } = 4;

    /// <summary>Width of the gated MLP.</summary>
    /// <value>Default 384.</value>
    [Range(8, 262144)]
    public int IntermediateSize { get; init; } = 384;

    /// <summary>Longest sequence, in tokens.</summary>
    /// <value>Default 512.</value>
    [Range(16, 1048576)]
    public int MaxPositions { get; init; } = 512;

    /// <summary>Entries of the byte-level BPE tokenizer; at least the 256 bytes and the special tokens.</summary>
    /// <value>Default 512.</value>
    [Range(260, 1000000)]
    public int VocabularySize { get; init; } = 512;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HiddenSize % (2 * Heads) != 0)
        {
            yield return new($"must be a multiple of twice the heads, {2 * Heads}: rotary positions turn pairs.", [nameof(HiddenSize)]);
        }

        if (Heads % KeyValueHeads != 0)
        {
            yield return new($"must divide the heads, {Heads}.", [nameof(KeyValueHeads)]);
        }
    }
}
