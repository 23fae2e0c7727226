using System.Text.Json;

namespace Rlhf.Models;

/// <summary>
/// What becomes of every key of config.json: read, known to change nothing here, or refused. A key that nobody has looked at could change
/// the model's numbers, so it is refused unless its value says "none", or the user admits it by name.
/// </summary>
internal static class ConfigKeys
{
    private static readonly HashSet<string> Read =
    [
        "architectures",
        "attention_bias",
        "auto_map",
        "bos_token_id",
        "eos_token_id",
        "head_dim",
        "hidden_act",
        "hidden_size",
        "id2label",
        "intermediate_size",
        "label2id",
        "layer_types",
        "max_position_embeddings",
        "max_window_layers",
        "mean",
        "mlp_bias",
        "model_type",
        "normalize_reward",
        "num_attention_heads",
        "num_hidden_layers",
        "num_key_value_heads",
        "num_labels",
        "original_max_position_embeddings",
        "pad_token_id",
        "partial_rotary_factor",
        "quantization_config",
        "rms_norm_eps",
        "rope_parameters",
        "rope_scaling",
        "rope_theta",
        "sliding_window",
        "std",
        "tie_word_embeddings",
        "use_sliding_window",
        "value_head_prefix",
        "vocab_size",
    ];

    // Where a model came from, how its library stores or runs it, dropout (nothing here drops out), first weights, tokens nobody reads.
    private static readonly HashSet<string> Bookkeeping =
    [
        "_attn_implementation",
        "_attn_implementation_autoset",
        "_attn_implementation_internal",
        "_commit_hash",
        "_flash_attn_2_enabled",
        "_from_model_config",
        "_name_or_path",
        "_output_attentions",
        "attention_dropout",
        "attention_probs_dropout_prob",
        "attn_implementation",
        "attn_pdrop",
        "base_model_pp_plan",
        "base_model_tp_plan",
        "chunk_size_feed_forward",
        "classifier_dropout",
        "cls_token_id",
        "decoder_start_token_id",
        "dtype",
        "embd_pdrop",
        "finetuning_task",
        "gradient_checkpointing",
        "gradient_checkpointing_kwargs",
        "hidden_dropout",
        "hidden_dropout_prob",
        "ignore_keys_at_rope_validation",
        "initializer_range",
        "is_decoder",
        "is_llama_config",
        "is_qwen2_config",
        "keys_to_ignore_at_inference",
        "mask_token_id",
        "max_sequence_length",
        "model_max_length",
        "model_name",
        "name_or_path",
        "neftune_noise_alpha",
        "output_attentions",
        "output_hidden_states",
        "prefix",
        "pretraining_tp",
        "problem_type",
        "resid_pdrop",
        "return_dict",
        "sep_token_id",
        "summary_dropout_prob",
        "task_specific_params",
        "tokenizer_class",
        "torch_dtype",
        "torchscript",
        "transformers.js_config",
        "transformers_version",
        "unk_token_id",
        "unsloth_fixed",
        "unsloth_version",
        "use_bfloat16",
        "use_cache",
        "use_flash_attention",
        "use_flash_attention_2",
        "use_flash_attn",
        "use_return_dict",
        "xla_device",
    ];

    // Defaults of transformers' own sampling, which older versions keep in config.json. Runs here sample as their options say.
    private static readonly HashSet<string> Generation =
    [
        "assistant_confidence_threshold",
        "assistant_early_exit",
        "assistant_lookbehind",
        "bad_words_ids",
        "begin_suppress_tokens",
        "cache_config",
        "cache_implementation",
        "constraints",
        "diversity_penalty",
        "do_sample",
        "dola_layers",
        "early_stopping",
        "encoder_no_repeat_ngram_size",
        "encoder_repetition_penalty",
        "epsilon_cutoff",
        "eta_cutoff",
        "exponential_decay_length_penalty",
        "force_words_ids",
        "forced_bos_token_id",
        "forced_eos_token_id",
        "guidance_scale",
        "is_assistant",
        "length_penalty",
        "low_memory",
        "max_length",
        "max_matching_ngram_size",
        "max_new_tokens",
        "max_time",
        "max_window_size",
        "min_length",
        "min_new_tokens",
        "min_p",
        "no_repeat_ngram_size",
        "num_assistant_tokens",
        "num_assistant_tokens_schedule",
        "num_beam_groups",
        "num_beams",
        "num_return_sequences",
        "output_logits",
        "output_scores",
        "penalty_alpha",
        "prefill_chunk_size",
        "prompt_lookup_num_tokens",
        "remove_invalid_values",
        "renormalize_logits",
        "repetition_penalty",
        "return_dict_in_generate",
        "return_legacy_cache",
        "sequence_bias",
        "stop_strings",
        "suppress_tokens",
        "target_lookbehind",
        "temperature",
        "token_healing",
        "top_h",
        "top_k",
        "top_p",
        "typical_p",
        "watermarking_config",
    ];

    // Switches that other models have on unless the file says otherwise: false changes the model.
    private static readonly HashSet<string> OnByDefault =
    [
        "causal",
        "causal_attention",
        "is_causal",
        "qk_norm",
        "scale_attn_weights",
        "use_causal_mask",
        "use_qk_norm",
        "use_rope",
    ];

    /// <summary>Throws at the first key that is neither read nor harmless nor admitted.</summary>
    /// <exception cref="ModelFormatException">There is one; it is named with its value.</exception>
    public static void RefuseUnknown(JsonFile file, IReadOnlyCollection<string> admitted)
    {
        foreach ((string key, JsonElement value) in file.Members)
        {
            bool known = Read.Contains(key) || Bookkeeping.Contains(key) || Generation.Contains(key) || SaysNone(key, value);
            if (!known && !admitted.Contains(key))
            {
                throw Refusal(file, key, value);
            }
        }
    }

    /// <summary>Throws at the first key of a section that is not among those that its reader knows.</summary>
    public static void RefuseUnknown(JsonFile section, IReadOnlyCollection<string> known, IReadOnlyCollection<string> admitted)
    {
        foreach ((string key, JsonElement value) in section.Members)
        {
            if (!known.Contains(key) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
            {
                string name = section.FullName(key);
                if (!admitted.Contains(name))
                {
                    throw Refusal(section, key, value);
                }
            }
        }
    }

    private static bool SaysNone(string key, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => true,
            JsonValueKind.False => !OnByDefault.Contains(key),
            JsonValueKind.Object => key == "pruned_heads" && !value.EnumerateObject().Any(),
            JsonValueKind.True => key is "causal" or "is_causal" or "causal_attention" or "use_causal_mask",
            _ => false,
        };

    private static ModelFormatException Refusal(JsonFile file, string key, JsonElement value)
    {
        string name = file.FullName(key);
        return new(
            $"{file.Path}: {name} is {JsonFile.Quoted(value)}; this key is not known here and could change what the model computes. If it does not, list {name} in ignoreKeys."
        );
    }
}
