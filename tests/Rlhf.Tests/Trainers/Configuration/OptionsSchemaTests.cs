using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlhf.Trainers.Configuration;
using Rlhf.Trainers.Experiments;

namespace Rlhf.Tests.Trainers.Configuration;

public class OptionsSchemaTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonObject Schema = OptionsSchema.Json(typeof(ExperimentOptions), ExperimentRegistry.Default.All);

    [Fact]
    public void File_IsCurrent()
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "docs", "experiment.schema.json"),
            text = JsonSerializer.Serialize(Schema, Json).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("RLHF_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == text,
            "docs/experiment.schema.json is stale: run this test with RLHF_UPDATE_DOCS=1"
        );
    }

    public static TheoryData<string> Shipped() =>
        [.. Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "samples", "MathGrpo"), "*.json").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedConfigurations_NameTheSchema_AndFitIt(string file)
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "samples", "MathGrpo", file);
        JsonNode configuration = JsonNode.Parse(
            File.ReadAllText(path),
            null,
            new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        )!;
        string named = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, configuration["$schema"]!.GetValue<string>()));
        Assert.Equal(Path.Combine(SharedData.RepositoryRoot, "docs", "experiment.schema.json"), named);
        Assert.Null(Misfit(configuration, Schema, ""));
    }

    [Theory]
    [InlineData("phases:0:type", "ppo")]
    [InlineData("phases:0:iterations", 0)]
    [InlineData("phases:1:groupSize", "eight")]
    [InlineData("phases:1:aggregation", "tokens")]
    [InlineData("rewards:weights:verifier", "one")]
    [InlineData("rewards:sources:0:nme", "x")]
    [InlineData("run:sed", 1)]
    public void AConfigurationThatIsRefused_DoesNotFit(string key, object value)
    {
        JsonNode json = JsonNode.Parse(MathGrpoTiny)!;
        string[] names = key.Split(':');
        JsonNode place = names.SkipLast(1).Aggregate(json, (at, n) => at is JsonArray list ? list[n[0] - '0']! : at[n]!);
        place[names[^1]] = JsonSerializer.SerializeToNode(value);
        Assert.NotNull(Misfit(json, Schema, ""));
        Assert.Throws<ConfigurationException>(() => ExperimentRun.Read(new() { Json = json.ToJsonString() }));
    }

    private static string MathGrpoTiny => Experiments.MathGrpoProgram.Tiny;

    // The part of JSON schema that the generator writes: what does not fit, or null.
    private static string? Misfit(JsonNode? value, JsonObject schema, string at)
    {
        if (schema["$ref"] is { } reference)
        {
            return Misfit(value, Schema["$defs"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject(), at);
        }

        foreach (string choice in (string[])["anyOf", "oneOf"])
        {
            if (schema[choice] is JsonArray options)
            {
                string?[] misfits = [.. options.Select(o => Misfit(value, o!.AsObject(), at))];
                return misfits.Contains(null) ? null : $"{at}: {string.Join(" / ", misfits)}";
            }
        }

        if (schema["const"] is { } constant)
        {
            return JsonNode.DeepEquals(value, constant) ? null : $"{at}: not {constant}";
        }

        if (schema["enum"] is JsonArray names)
        {
            return names.Any(n => JsonNode.DeepEquals(n, value)) ? null : $"{at}: none of {names}";
        }

        JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
        bool fits = schema["type"]!.GetValue<string>() switch
        {
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" or "number" => kind == JsonValueKind.Number,
            "array" => kind == JsonValueKind.Array,
            "object" => kind == JsonValueKind.Object,
            _ => kind == JsonValueKind.Null,
        };
        if (!fits)
        {
            return $"{at}: no {schema["type"]}";
        }

        if (kind == JsonValueKind.Number)
        {
            double number = value!.GetValue<double>();
            return
                number < (schema["minimum"]?.GetValue<double>() ?? double.MinValue)
                || number > (schema["maximum"]?.GetValue<double>() ?? double.MaxValue)
                ? $"{at}: out of range"
                : null;
        }

        return value switch
        {
            JsonArray list => list.Index()
                .Select(e => Misfit(e.Item, schema["items"]!.AsObject(), $"{at}:{e.Index}"))
                .FirstOrDefault(m => m is not null),
            JsonObject section => section
                .Select(p => Member(p.Key, p.Value, schema, at))
                .Concat(
                    schema["required"] is JsonArray required
                        ? required.Select(r => section.ContainsKey(r!.GetValue<string>()) ? null : $"{at}: {r} is missing")
                        : []
                )
                .FirstOrDefault(m => m is not null),
            _ => null,
        };
    }

    private static string? Member(string key, JsonNode? value, JsonObject schema, string at) =>
        schema["properties"]?[key] is JsonObject known ? Misfit(value, known, $"{at}:{key}")
        : schema["additionalProperties"] is JsonObject other ? Misfit(value, other, $"{at}:{key}")
        : $"{at}: {key} is not known";
}
