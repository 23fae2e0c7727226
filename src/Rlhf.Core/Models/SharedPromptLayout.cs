using TorchSharp;
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
    // Elements of a mask that are held at once; beyond them it is made anew for a few rows at a time.
    private const long MostMaskElements = 1L << 28;

    private readonly RaggedLayout _prompts;
    private readonly long _promptTokens;
    private readonly long _responseTokens;
    private readonly int _rows;
    private readonly int _longest;
    private readonly int _prefix;
    private readonly int _rowsAtOnce;
    private readonly long _reach;
    private readonly Tensor? _queryPlaces;
    private readonly Tensor? _keyTokens;
    private readonly Tensor? _shared;
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
        : this(promptLengths, promptOfRow, responseLengths, device, MostMaskElements) { }

    internal SharedPromptLayout(
        IReadOnlyList<int> promptLengths,
        IReadOnlyList<int> promptOfRow,
        IReadOnlyList<int> responseLengths,
        Device device,
        long mostMaskElements
    )
    {
        ArgumentNullException.ThrowIfNull(promptLengths);
        ArgumentNullException.ThrowIfNull(promptOfRow);
        ArgumentNullException.ThrowIfNull(responseLengths);
        _prompts = new(promptLengths, device);
        _reach = responseLengths.Select((n, b) => promptLengths[promptOfRow[b]] + (long)n).Append(promptLengths.Max()).Max();
        (_rows, _longest) = (responseLengths.Count, responseLengths.DefaultIfEmpty().Max());
        (_promptTokens, _responseTokens) = (promptLengths.Sum(n => (long)n), responseLengths.Sum(n => (long)n));
        Tensor continuing = tensor(
            [.. responseLengths.SelectMany((n, b) => Enumerable.Range(promptLengths[promptOfRow[b]], n).Select(t => (long)t))],
            device: device
        );
        Positions = cat([_prompts.Positions, continuing]);
        if (_responseTokens == 0)
        {
            return;
        }

        _prefix = promptLengths.Max();
        long reach = (long)_prefix + _longest;
        long[] promptStarts = Starts(promptLengths, 0),
            responseStarts = Starts(responseLengths, _promptTokens);
        var queryPlaces = new long[_responseTokens];
        var keyTokens = new long[_rows * reach];
        for (int b = 0; b < _rows; b++)
        {
            int prompt = promptOfRow[b];
            for (int t = 0; t < promptLengths[prompt]; t++)
            {
                keyTokens[b * reach + t] = promptStarts[prompt] + t;
            }

            for (int t = 0; t < responseLengths[b]; t++)
            {
                queryPlaces[responseStarts[b] - _promptTokens + t] = (long)b * _longest + t;
                keyTokens[b * reach + _prefix + t] = responseStarts[b] + t;
            }
        }

        _queryPlaces = tensor(queryPlaces, device: device);
        _keyTokens = tensor(keyTokens, device: device);
        _shared = tensor([.. promptOfRow.Select(p => (long)promptLengths[p])], device: device);
        long elementsOfRow = _longest * reach;
        _rowsAtOnce = (int)Math.Clamp(mostMaskElements / elementsOfRow, 1, _rows);
        if (_rowsAtOnce == _rows)
        {
            _mask = Mask(0, _rows);
        }
    }

    /// <inheritdoc/>
    public override Tensor Positions { get; }

    internal override long? Reach => _reach;

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
        Tensor keys = OfRows(key),
            values = OfRows(value);

        // A mask that is held covers all rows. Narrowing to all of them would cost copies: its gradient fills a tensor of the whole's size.
        Tensor output = _mask is { } mask
            ? nn.functional.scaled_dot_product_attention(queries, keys, values, mask)
            : cat([.. Enumerable.Range(0, (_rows + _rowsAtOnce - 1) / _rowsAtOnce).Select(part => Some(part * _rowsAtOnce))]);
        return output.transpose(1, 2).reshape(_rows * (long)_longest, heads, width).index_select(0, _queryPlaces!);

        Tensor Some(int first)
        {
            int count = Math.Min(_rowsAtOnce, _rows - first);
            return nn.functional.scaled_dot_product_attention(
                queries.narrow(0, first, count),
                keys.narrow(0, first, count),
                values.narrow(0, first, count),
                Mask(first, count)
            );
        }

        // [N,k,D] to [B,heads,prefix+R,D]: each key-value head serves a run of query heads.
        Tensor OfRows(Tensor x)
        {
            Tensor rows = x.index_select(0, _keyTokens!).view(_rows, -1, keyHeads, width).transpose(1, 2);
            return keyHeads == heads ? rows : rows.repeat_interleave(heads / keyHeads, 1);
        }
    }

    // [rows,1,R,prefix+R]: a response's token sees its prompt, and its own response up to itself. So do padded ones: a row without any key
    // would be NaN.
    private Tensor Mask(int first, int count)
    {
        using var scope = NewDisposeScope();
        Tensor shared = _shared!.narrow(0, first, count).view(count, 1, 1, 1),
            query = arange(_longest, ScalarType.Int64, shared.device).view(1, 1, _longest, 1),
            own = arange(_longest, ScalarType.Int64, shared.device).view(1, 1, 1, _longest),
            prompt = arange(_prefix, ScalarType.Int64, shared.device).view(1, 1, 1, _prefix);
        return cat([prompt.lt(shared).expand(count, 1, _longest, _prefix), own.le(query).expand(count, 1, _longest, _longest)], 3)
            .MoveToOuterDisposeScope();
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
