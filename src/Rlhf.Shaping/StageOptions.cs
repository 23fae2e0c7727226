using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Rlhf.Shaping;

/// <summary>
/// What every stage's options have. Deriving classes are plain: properties with defaults and data annotations, read from JSON in camelCase.
/// </summary>
public abstract class StageOptions
{
    /// <summary>The stage's name, which keys its random numbers, state and metrics.</summary>
    /// <value>Default the stage's type, such as <c>clip</c>; two stages of a type need two names.</value>
    public string? Name { get; init; }

    /// <summary>Checks the annotations, that all numbers are finite and that properties fit each other.</summary>
    /// <param name="stage">The stage's name, for the message.</param>
    /// <exception cref="RewardPipelineException">A property is out of range; the message names stage and property.</exception>
    public void Validate(string stage)
    {
        List<ValidationResult> failures = [];
        Validator.TryValidateObject(this, new(this), failures, validateAllProperties: true);
        foreach (PropertyInfo property in GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetValue(this) is double value && !double.IsFinite(value))
            {
                failures.Add(new($"{property.Name} is {value}, which is not finite."));
            }
        }

        failures.AddRange(Problems().Select(p => new ValidationResult(p)));
        if (failures.Count > 0)
        {
            throw new RewardPipelineException($"stage '{stage}': {string.Join(" ", failures.Select(f => f.ErrorMessage))}");
        }
    }

    /// <summary>A problem for each channel that a list names more than once.</summary>
    private protected static IEnumerable<string> Repeated(string what, IEnumerable<string> channels) =>
        channels
            .GroupBy(c => c, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"{what}: channel '{g.Key}' is named more than once.");

    /// <summary>What is wrong with properties that must fit each other; nothing by default.</summary>
    protected virtual IEnumerable<string> Problems() => [];
}
