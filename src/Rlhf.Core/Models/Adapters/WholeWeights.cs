using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>The weights that an adapter's folder gives whole, PEFT's <c>modules_to_save</c>, and the check that nothing else is left.</summary>
internal sealed record WholeWeights(IReadOnlyList<(string Name, Tensor Value)> Values)
{
    private const string EmbeddingModule = "model.embed_tokens";

    /// <summary>Whether there are any.</summary>
    public bool Any => Values.Count > 0;

    /// <summary>Reads them.</summary>
    /// <param name="peft">The adapter's folder.</param>
    /// <param name="embedding">The model's embedding.</param>
    /// <param name="head">The model's head.</param>
    /// <param name="tied">Whether they are one.</param>
    /// <param name="projections">The linear layers of the blocks.</param>
    /// <exception cref="ModelFormatException">
    /// One is missing or does not fit, or there is a tensor that the configuration does not ask for.
    /// </exception>
    public static WholeWeights Read(PeftFolder peft, Parameter embedding, Projection head, bool tied, IEnumerable<Projection> projections)
    {
        AdapterConfig config = peft.Config;
        if (LowRankAdapters.IsTarget(config, EmbeddingModule, isLinear: false))
        {
            throw new ModelFormatException(
                $"{peft.ConfigPath}: target_modules names {EmbeddingModule}; low-rank adapters of the embedding are not supported. Train it whole (modules_to_save), or merge the adapter and load the merged model."
            );
        }

        HashSet<string> expected =
        [
            .. projections
                .Append(head)
                .Where(p => LowRankAdapters.IsTarget(config, p.Name, p != head))
                .SelectMany(p => new[] { p.Name + PeftFolder.DownSuffix, p.Name + PeftFolder.UpSuffix }),
        ];
        List<(string, Tensor)> values = [];
        foreach (
            (string module, string name, Parameter own) in ((string, string, Parameter)[])
                [("embed_tokens", TensorNames.Embedding, embedding), (head.Name, TensorNames.Head, head.Weight)]
        )
        {
            if (config.ModulesToSave.Contains(module))
            {
                values.Add((name, peft.Read(name, own.size(0), own.size(1), own)));
                expected.Add(name);
            }
            else if (peft.Names.Contains(name) && IsCopy(peft, name, own))
            {
                // PEFT also stores what it did not train, where it cannot be sure of the base's vocabulary.
                expected.Add(name);
            }
        }

        RefuseOthers(peft, expected);
        return expected.Count > 0
            ? new(values)
            : throw new ModelFormatException(
                $"{peft.ConfigPath}: target_modules attaches nothing to this model, and modules_to_save is empty: there are no adapters in the folder."
            );
    }

    private static bool IsCopy(PeftFolder peft, string name, Parameter own)
    {
        using var scope = NewDisposeScope();
        return peft.Shape(name)!.SequenceEqual(own.shape) && peft.Read(name, own.size(0), own.size(1), own).equal(own).all().ToBoolean();
    }

    private static void RefuseOthers(PeftFolder peft, HashSet<string> expected)
    {
        if (peft.Names.Where(n => !expected.Contains(n)).Order(StringComparer.Ordinal).FirstOrDefault() is { } other)
        {
            string what =
                other is TensorNames.Embedding or TensorNames.Head ? "differs from the model's, and modules_to_save does not name it"
                : LowRankAdapters.IsAdapterName(other)
                    ? $"belongs to no layer of the model that target_modules in {PeftFolder.ConfigFile} names"
                : "belongs to no layer of the model; plain LoRA has no such tensor";
            throw peft.Wrong(other, what);
        }
    }
}
