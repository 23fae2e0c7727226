using static TorchSharp.torch;

namespace Rlhf.Models;

/// <summary>
/// Prompts, then the responses that continue them: the flat list holds each prompt once, and every response attends to its prompt's tokens
/// and causally to its own.
/// </summary>
/// <remarks>
/// Gives each token what <see cref="RaggedLayout"/> gives it in the sequence prompt + response, and the prompts' share of the linear layers
/// is computed once for all responses. The gradient of a prompt's tokens is the sum over its responses.
/// </remarks>
public sealed class SharedPromptLayout : AttentionLayout
{
    private readonly RaggedLayout _prompts;
    private readonly long _promptTokens;
    private readonly long _responseTokens;
    private readonly int _rows;
    private readonly int _longest;
    private readonly Tensor? _queryPlaces;
    private readonly Tensor? _keyTokens;
    private readonly Tensor? _mask;

    /// <summary>The layout of these prompts and responses; the flat list is all prompts in order, then all responses in order.</summary>
    /// <param name="promptLengths">Tokens of each of P prompts; none of them empty.</param>
    /// <param name="promptOfRow">The prompt that each of B responses continues.</param>
    /// <param name="responseLengths">Tokens of each response; 0 is allowed.</param>
    /// <param name="device">Where the tokens lie.</param>
    /// <exception cref="ArgumentException">There is no prompt, or an empty one.</exception>
    public SharedPromptLayout(
        IReadOnlyList<int> promptLengths,
        IReadOnlyList<int> promptOfRow,
        IReadOnlyList<int> responseLengths,
        Device device
    )
    {
        ArgumentNullException.ThrowIfNull(promptLengths);
        ArgumentNullException.ThrowIfNull(promptOfRow);
        ArgumentNullException.ThrowIfNull(responseLengths);
        _prompts = new(promptLengths, device);
        (_rows, _longest) = (responseLengths.Count, responseLengths.DefaultIfEmpty().Max());
        (_promptTokens, _responseTokens) = (promptLengths.Sum(), responseLengths.Sum());
        Tensor continuing = tensor(
            [.. responseLengths.SelectMany((n, b) => Enumerable.Range(promptLengths[promptOfRow[b]], n).Select(t => (long)t))],
            device: device
        );
        Positions = cat([_prompts.Positions, continuing]);
        if (_responseTokens == 0)
        {
            return;
        }

        int prefix = promptLengths.Max(),
            reach = prefix + _longest;
        long[] promptStarts = Starts(promptLengths, 0),
            responseStarts = Starts(responseLengths, _promptTokens);
        var queryPlaces = new long[_responseTokens];
        var keyTokens = new long[_rows * reach];
        var visible = new bool[_rows * _longest * reach];
        for (int b = 0; b < _rows; b++)
        {
            int prompt = promptOfRow[b],
                shared = promptLengths[prompt];
            for (int t = 0; t < shared; t++)
            {
                keyTokens[b * reach + t] = promptStarts[prompt] + t;
            }

            for (int t = 0; t < _longest; t++)
            {
                // Padded queries see their prompt too: a row without any key would be NaN.
                visible.AsSpan((b * _longest + t) * reach, shared).Fill(true);
                if (t < responseLengths[b])
                {
                    queryPlaces[responseStarts[b] - _promptTokens + t] = (long)b * _longest + t;
                    keyTokens[b * reach + prefix + t] = responseStarts[b] + t;
                    visible.AsSpan((b * _longest + t) * reach + prefix, t + 1).Fill(true);
                }
            }
        }

        _queryPlaces = tensor(queryPlaces, device: device);
        _keyTokens = tensor(keyTokens, device: device);
        _mask = tensor(visible, device: device).view(_rows, 1, _longest, reach);
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        using var scope = NewDisposeScope();
        Tensor prompts = _prompts.Attend(layer, OfPrompts(query), OfPrompts(key), OfPrompts(value));
        return (_responseTokens == 0 ? prompts : cat([prompts, Responses(query, key, value)])).MoveToOuterDisposeScope();

        Tensor OfPrompts(Tensor x) => x.narrow(0, 0, _promptTokens);
    }

    private Tensor Responses(Tensor query, Tensor key, Tensor value)
    {
        (long heads, long keyHeads, long width) = (query.size(1), key.size(1), query.size(2));
        Tensor queries = zeros([_rows * (long)_longest, heads, width], query.dtype, query.device)
            .index_copy(0, _queryPlaces!, query.narrow(0, _promptTokens, _responseTokens))
            .view(_rows, _longest, heads, width)
            .transpose(1, 2);
        Tensor output = nn.functional.scaled_dot_product_attention(queries, OfRows(key), OfRows(value), _mask);
        return output.transpose(1, 2).reshape(_rows * (long)_longest, heads, width).index_select(0, _queryPlaces!);

        // [N,k,D] to [B,heads,prefix+R,D]: each key-value head serves a run of query heads.
        Tensor OfRows(Tensor x)
        {
            Tensor rows = x.index_select(0, _keyTokens!).view(_rows, -1, keyHeads, width).transpose(1, 2);
            return keyHeads == heads ? rows : rows.repeat_interleave(heads / keyHeads, 1);
        }
    }

    private static long[] Starts(IReadOnlyList<int> lengths, long first)
    {
        var starts = new long[lengths.Count];
        for (int i = 0; i < starts.Length; i++)
        {
            (starts[i], first) = (first, first + lengths[i]);
        }

        return starts;
    }
}
