namespace Rlhf.Models;

/// <summary>The names that tensors of one model go by, depending on who wrote them.</summary>
internal static class TensorNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string Head = "lm_head.weight";

    // What torch.compile and sharding put anywhere in a name.
    private static readonly string[] Inner = ["_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."];

    // What wrappers put in front: data parallel, DeepSpeed, PEFT after merging, TRL's value-head model.
    private static readonly string[] Outer = ["module.", "_forward_module.", "base_model.model.", "pretrained_model."];

    // A trunk that was saved without the model around it.
    private static readonly string[] Trunk = ["embed_tokens.", "layers.", "norm.", "rotary_emb."];

    // A head that stands inside a wrapper called model.
    private static readonly string[] Heads = ["lm_head.", "score.", "v_head.", "value_head.", "model."];

    private static readonly string[] Quantised =
    [
        ".qweight",
        ".qzeros",
        ".scales",
        ".biases",
        ".g_idx",
        ".weight_scale",
        ".weight_scale_inv",
        ".weight_packed",
        ".weight_format",
        ".input_scale",
        ".absmax",
        ".quant_map",
        ".SCB",
        ".nested_absmax",
        ".nested_quant_map",
    ];

    /// <summary>The name that Hugging Face's own classes give a tensor.</summary>
    public static string Canonical(string name)
    {
        name = Inner.Aggregate(name, (n, part) => n.Replace(part, "", StringComparison.Ordinal));
        while (Outer.FirstOrDefault(o => name.StartsWith(o, StringComparison.Ordinal)) is { } wrapper)
        {
            name = name[wrapper.Length..];
        }

        while (Heads.Any(h => name.StartsWith("model." + h, StringComparison.Ordinal)))
        {
            name = name["model.".Length..];
        }

        return Trunk.Any(t => name.StartsWith(t, StringComparison.Ordinal)) ? "model." + name : name;
    }

    /// <summary>A buffer that every reader computes itself: rotary tables of older checkpoints.</summary>
    public static bool IsKnownBuffer(string name) =>
        name.StartsWith("model.", StringComparison.Ordinal)
        && (
            name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)
            || name.EndsWith("rotary_emb.original_inv_freq", StringComparison.Ordinal)
            || name.EndsWith("rotary_emb.cos_cached", StringComparison.Ordinal)
            || name.EndsWith("rotary_emb.sin_cached", StringComparison.Ordinal)
        );

    /// <summary>What else a folder is that holds such a tensor, as an addition to a message; null where nothing is known.</summary>
    public static string? Foreign(string name) =>
        Quantised.Any(q => name.EndsWith(q, StringComparison.Ordinal)) || name.Contains(".quant_state.", StringComparison.Ordinal)
            ? " It belongs to a quantised model, which is not supported: save the model in bfloat16 or float32."
        : name.Contains(".lora_", StringComparison.Ordinal) || name.Contains(".base_layer.", StringComparison.Ordinal)
            ? " It belongs to an adapter that is not merged: merge it, or save it as an adapter of its own."
        : null;

    /// <summary>Whether a tensor belongs to a reward model's or critic's head.</summary>
    public static bool IsScalarHead(string name) =>
        name.StartsWith("score.", StringComparison.Ordinal)
        || name.StartsWith("value_head.", StringComparison.Ordinal)
        || name.StartsWith("v_head.", StringComparison.Ordinal);

    /// <summary>The index of the layer that a tensor lies in, or −1.</summary>
    public static long Layer(string name)
    {
        const string layers = "model.layers.";
        if (!name.StartsWith(layers, StringComparison.Ordinal))
        {
            return -1;
        }

        ReadOnlySpan<char> rest = name.AsSpan(layers.Length);
        int dot = rest.IndexOf('.');
        return dot > 0 && long.TryParse(rest[..dot], System.Globalization.NumberStyles.None, null, out long layer) ? layer : -1;
    }
}
