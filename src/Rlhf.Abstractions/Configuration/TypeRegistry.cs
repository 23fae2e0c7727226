namespace Rlhf.Configuration;

/// <summary>
/// The one mechanism behind <c>"type"</c>: names, the options that their objects are read as, and what is made of them. Every seam of the
/// library that a configuration can fill is such a registry, so a third party adds to all of them alike. Immutable: <see cref="With"/>
/// gives a registry with one more type.
/// </summary>
/// <typeparam name="TOptions">What all options derive from.</typeparam>
/// <typeparam name="TContext">What a factory gets besides the options.</typeparam>
/// <typeparam name="TProduct">What it makes.</typeparam>
public sealed class TypeRegistry<TOptions, TContext, TProduct> : ITypeRegistry
    where TOptions : class
{
    private readonly SortedDictionary<string, Type> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, Func<TOptions, TContext, TProduct>> _factories = [];

    /// <summary>A registry without types.</summary>
    /// <param name="what">What such an object is, for messages and titles, such as <c>reward source</c>.</param>
    public TypeRegistry(string what)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
        What = what;
    }

    /// <inheritdoc/>
    public string What { get; }

    /// <inheritdoc/>
    public Type BaseType => typeof(TOptions);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Type> Types => _types;

    /// <summary>This registry with one more type.</summary>
    /// <typeparam name="T">Its options, plain properties that <c>System.Text.Json</c> reads.</typeparam>
    /// <param name="type">What <c>"type"</c> names it.</param>
    /// <param name="create">Makes the product of such options.</param>
    /// <exception cref="ArgumentException">The name or the options' type is there already.</exception>
    public TypeRegistry<TOptions, TContext, TProduct> With<T>(string type, Func<T, TContext, TProduct> create)
        where T : TOptions
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(create);
        if (_types.ContainsKey(type) || _factories.ContainsKey(typeof(T)))
        {
            throw new ArgumentException($"the {What} type '{type}' or its options {typeof(T).Name} are registered already.", nameof(type));
        }

        TypeRegistry<TOptions, TContext, TProduct> more = new(What);
        foreach ((string name, Type options) in _types)
        {
            more._types.Add(name, options);
            more._factories.Add(options, _factories[options]);
        }

        more._types.Add(type, typeof(T));
        more._factories.Add(typeof(T), (options, context) => create((T)options, context));
        return more;
    }

    /// <summary>Whether options are of a registered type.</summary>
    /// <param name="options">The options.</param>
    public bool Knows(TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _factories.ContainsKey(options.GetType());
    }

    /// <summary>What <c>"type"</c> names the type of these options.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">Their type is not registered.</exception>
    public string NameOf(TOptions options) =>
        Knows(options)
            ? _types.First(t => t.Value == options.GetType()).Key
            : throw new ArgumentException(
                $"no {What} with options {options.GetType().Name} is registered; types: {string.Join(", ", _types.Keys)}.",
                nameof(options)
            );

    /// <summary>Makes the product of options.</summary>
    /// <param name="options">The options, which are checked first.</param>
    /// <param name="context">What the factory gets besides.</param>
    /// <exception cref="ArgumentException">Their type is not registered, or an option is out of range.</exception>
    public TProduct Create(TOptions options, TContext context)
    {
        _ = NameOf(options);
        OptionsCheck.Require(options);
        return _factories[options.GetType()](options, context);
    }
}
