using System.Reflection;

namespace Rlhf.Tests;

/// <summary>Options that differ from given ones in a few properties; options are no records.</summary>
internal static class OptionsCopies
{
    private static readonly MethodInfo Clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>A copy of the options in which the properties of an anonymous object have its values.</summary>
    public static T With<T>(this T options, object changes)
        where T : class
    {
        var copy = (T)Clone.Invoke(options, [])!;
        foreach (PropertyInfo change in changes.GetType().GetProperties())
        {
            PropertyInfo property =
                copy.GetType().GetProperty(change.Name)
                ?? throw new ArgumentException($"{copy.GetType().Name} has no property {change.Name}.", nameof(changes));
            object? value = change.GetValue(changes);
            if (property.CanWrite)
            {
                property.SetValue(copy, value);
            }
            else
            {
                FieldInfo field = copy.GetType()
                    .GetField($"<{change.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!;
                field.SetValue(copy, value);
            }
        }

        return copy;
    }
}
