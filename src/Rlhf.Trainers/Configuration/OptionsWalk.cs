using System.Reflection;
using System.Text.Json;
using Rlhf.Configuration;

namespace Rlhf.Trainers.Configuration;

/// <summary>Walks an options object, or its type, with the key of each value.</summary>
internal static class OptionsWalk
{
    // Sections do not nest deeper.
    private const int DeepestSection = 6;

    /// <summary>Checks every object's attributes and its own rules.</summary>
    public static IEnumerable<string> Validate(object options, Func<string, string> originOf) =>
        OptionsCheck.Problems(options).Select(p => $"{p.Key}{p.Shown} (from {originOf(p.Key)}): {p.Message}");

    /// <summary>Makes relative paths absolute; gives a problem for each that is empty.</summary>
    public static IReadOnlyList<string> ResolvePaths(object options, ConfigurationDocument document)
    {
        List<string> problems = [];
        foreach ((string key, object value) in OptionsCheck.Objects(options, "").ToArray())
        {
            foreach (PropertyInfo property in value.GetType().GetProperties().Where(p => p.IsDefined(typeof(ConfigurationPathAttribute))))
            {
                if (property.GetValue(value) is not string path)
                {
                    continue;
                }

                string at = OptionsCheck.Join(key, OptionsCheck.KeyOf(property.Name));
                if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
                {
                    problems.Add(
                        $"{at} (from {document.OriginOf(at)}): {(string.IsNullOrWhiteSpace(path) ? "it is empty" : "it holds a NUL character")}; give a path, or leave the key out."
                    );
                    continue;
                }

                property.SetValue(value, Path.GetFullPath(path, document.BaseFolderOf(at)));
            }
        }

        return problems;
    }

    /// <summary>The files and folders that options name, by key.</summary>
    public static IEnumerable<(string Key, string Path)> Paths(object options)
    {
        foreach ((string key, object value) in OptionsCheck.Objects(options, ""))
        {
            foreach (PropertyInfo property in value.GetType().GetProperties().Where(p => p.IsDefined(typeof(ConfigurationPathAttribute))))
            {
                if (property.GetValue(value) is string path)
                {
                    yield return (OptionsCheck.Join(key, OptionsCheck.KeyOf(property.Name)), path);
                }
            }
        }
    }

    /// <summary>The keys that a type knows, as they are written.</summary>
    public static string[] KeysOf(string typeName, JsonSerializerOptions serializer)
    {
        Type? type = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(typeName)).OfType<Type>().FirstOrDefault();
        return type is null ? [] : [.. serializer.GetTypeInfo(type).Properties.Select(p => p.Name)];
    }

    /// <summary>The keys anywhere below a type that are a name but for case, dashes and underscores, as they are written from the root.</summary>
    public static IReadOnlyList<string> KeysNamed(Type root, string name, JsonSerializerOptions serializer) =>
        [.. KeysNamed(root, Suggestion.Plain(name), "", [], serializer).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> KeysNamed(Type type, string plain, string key, Type[] above, JsonSerializerOptions serializer)
    {
        if (above.Length > DeepestSection || above.Contains(type))
        {
            yield break;
        }

        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            string at = OptionsCheck.Join(key, OptionsCheck.KeyOf(property.Name));
            if (Suggestion.Plain(property.Name) == plain)
            {
                yield return at;
            }

            Type inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            IEnumerable<(string Key, Type Type)> sections =
                ElementOf(inner) is { } element ? Registered(element, at, serializer)
                : inner.IsClass && inner.Namespace?.StartsWith("Rlhf", StringComparison.Ordinal) == true ? [(at, inner)]
                : [];
            foreach ((string section, Type sectionType) in sections)
            {
                foreach (string found in KeysNamed(sectionType, plain, section, [.. above, type], serializer))
                {
                    yield return found;
                }
            }
        }
    }

    // What "type" may name in a list, each as its elements are called.
    private static IEnumerable<(string Key, Type Type)> Registered(Type element, string key, JsonSerializerOptions serializer) =>
        serializer
            .Converters.OfType<ITypeRegistry>()
            .Where(r => r.BaseType == element)
            .SelectMany(r => r.Types.Select(t => (OptionsCheck.Join(key, t.Key), t.Value)));

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var element] && typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
            ? element
            : null;
}
