using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Rlhf.Trainers.Configuration;

/// <summary>What the XML docs say of options, as one line of text.</summary>
internal static partial class OptionsDocs
{
    /// <summary>The properties that a configuration can set.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
            .GroupBy(p => p.Name)
            .Select(g => g.First());

    /// <summary>Whether a type holds values by names.</summary>
    public static bool IsDictionary(Type type) =>
        typeof(IDictionary).IsAssignableFrom(type) || type.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal);

    /// <summary>A type's summary.</summary>
    public static string Summary(Type type) => Element("T:" + type.FullName, type, "summary");

    /// <summary>A property's summary.</summary>
    public static string Summary(PropertyInfo property) => Element(IdOf(property), property.DeclaringType!, "summary");

    /// <summary>A property's values and default.</summary>
    public static string Value(PropertyInfo property) => Element(IdOf(property), property.DeclaringType!, "value");

    private static string IdOf(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    private static string Element(string id, Type type, string name)
    {
        XElement? member = Docs(type.Assembly).FirstOrDefault(m => m.Attribute("name")?.Value == id.Replace('+', '.'));
        return member?.Element(name) is { } element
            ? Spaces().Replace(Text(element), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal)
            : "";
    }

    private static string Text(XElement element) =>
        string.Concat(
            element
                .Nodes()
                .Select(node =>
                    node switch
                    {
                        XText text => text.Value,
                        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                        XElement { Name.LocalName: "see" or "paramref" } see =>
                            $"`{JsonNamingPolicy.CamelCase.ConvertName((see.Attribute("cref") ?? see.Attribute("langword") ?? see.Attribute("name"))!.Value.Split('(')[0].Split('.')[^1])}`",
                        XElement other => Text(other),
                        _ => "",
                    }
                )
        );

    private static IEnumerable<XElement> Docs(Assembly assembly)
    {
        string path = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(path)
            ? XDocument.Load(path).Descendants("member")
            : throw new FileNotFoundException($"{path} is missing; build with XML docs.", path);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
