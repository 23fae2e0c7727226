using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Rlhf.Trainers.Configuration;

/// <summary>Writes the reference page of options from their types and XML docs.</summary>
public static class OptionsReference
{
    /// <summary>The page's tables: one for each options type, with key, type, range and what the docs say.</summary>
    /// <param name="root">The options' root.</param>
    /// <param name="registered">Types that a list's <c>"type"</c> may name: what they are options of, the name, the type.</param>
    public static string Markdown(Type root, IReadOnlyList<(string What, string Name, Type Type)> registered)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(registered);
        StringBuilder page = new();
        Queue<(string Title, Type Type)> open = new([("The file", root)]);
        HashSet<Type> written = [root];
        foreach ((string what, string name, Type type) in registered)
        {
            written.Add(type);
        }

        while (open.TryDequeue(out (string Title, Type Type) next))
        {
            Section(page, next.Title, next.Type, open, written);
        }

        foreach ((string what, string name, Type type) in registered)
        {
            Section(page, $"{what} `{name}`", type, open, written);
            while (open.TryDequeue(out (string Title, Type Type) next))
            {
                Section(page, next.Title, next.Type, open, written);
            }
        }

        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, Type type, Queue<(string, Type)> open, HashSet<Type> written)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"## {title}\n\n{OptionsDocs.Summary(type)}\n\n| key | type | what it is | values |\n|---|---|---|---|\n"
        );
        foreach (PropertyInfo property in OptionsDocs.Properties(type))
        {
            string required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? " **Required.**" : "";
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}` | {TypeName(property.PropertyType)} | {OptionsDocs.Summary(property)}{required} | {Values(property)} |\n"
            );
            Type inner = Inner(property.PropertyType);
            foreach ((string name, Type part) in Sections(inner, property.Name))
            {
                if (written.Add(part))
                {
                    open.Enqueue((name, part));
                }
            }
        }

        page.Append('\n');
    }

    private static IEnumerable<(string Title, Type Type)> Sections(Type type, string name)
    {
        return IsSection(type) ? [($"`{JsonNamingPolicy.CamelCase.ConvertName(name)}`", type)] : [];
    }

    private static bool IsSection(Type type) =>
        type is { IsClass: true, IsAbstract: false } && type.Namespace?.StartsWith("Rlhf", StringComparison.Ordinal) == true;

    private static Type Inner(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain != typeof(string) && typeof(IEnumerable).IsAssignableFrom(plain) && plain.IsGenericType
            ? plain.GetGenericArguments()[^1]
            : plain;
    }

    private static string TypeName(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        string name = plain switch
        {
            _ when plain == typeof(string) => "text",
            _ when plain == typeof(bool) => "true/false",
            _ when plain == typeof(int) || plain == typeof(long) => "whole number",
            _ when plain == typeof(double) => "number",
            _ when plain == typeof(TimeSpan) => "time `hh:mm:ss`",
            { IsEnum: true } => string.Join(", ", Enum.GetNames(plain).Select(n => $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(n)}`")),
            _ when OptionsDocs.IsDictionary(plain) => $"object of {TypeName(Inner(plain))}",
            _ when Inner(plain) != plain => $"list of {TypeName(Inner(plain))}",
            _ => "section",
        };
        return Nullable.GetUnderlyingType(type) is null ? name : name + " or null";
    }

    private static string Values(PropertyInfo property)
    {
        string docs = OptionsDocs.Value(property);
        string range = property.GetCustomAttribute<RangeAttribute>() is { } r
            ? string.Create(CultureInfo.InvariantCulture, $"{r.Minimum} to {(r.Maximum is int.MaxValue ? "any" : r.Maximum)}")
            : "";
        return string.Join(" · ", new[] { docs, range }.Where(t => t.Length > 0));
    }
}
