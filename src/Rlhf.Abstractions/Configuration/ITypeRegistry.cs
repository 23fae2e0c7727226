namespace Rlhf.Configuration;

/// <summary>What <c>"type"</c> may name at a place of a configuration: the part of a <see cref="TypeRegistry{TOptions,TContext,TProduct}"/>
/// that reading, documentation and schemas need.</summary>
public interface ITypeRegistry
{
    /// <summary>What such an object is, for messages and titles, such as <c>reward source</c>.</summary>
    string What { get; }

    /// <summary>What all options derive from: the declared type of the place.</summary>
    Type BaseType { get; }

    /// <summary>The options of each type, by name in alphabetical order.</summary>
    IReadOnlyDictionary<string, Type> Types { get; }
}
