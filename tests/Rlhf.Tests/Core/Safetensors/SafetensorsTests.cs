using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Rlhf.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlhf.Tests.Core.Safetensors;

public sealed class SafetensorsTests : IDisposable
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Float64,
        ScalarType.Float32,
        ScalarType.Float16,
        ScalarType.BFloat16,
        ScalarType.Int64,
        ScalarType.Int32,
        ScalarType.Int16,
        ScalarType.Int8,
        ScalarType.Byte,
        ScalarType.Bool,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-safetensors-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "t.safetensors");

    [Fact]
    public void WhatIsWritten_IsReadBackBitByBit()
    {
        var shapes = Gen.Long[0, 5].Array[0, 3];
        Gen.Select(shapes, Gen.Int[0, Types.Length - 1])
            .Array[0, 6]
            .Sample(
                tensors =>
                {
                    using var scope = NewDisposeScope();
                    (string Name, Tensor Value)[] written =
                    [
                        .. tensors.Select((t, i) => ($"layer.{i}.\"ü\n", (rand(t.Item1) * 100).to_type(Types[t.Item2]))),
                    ];
                    SafetensorsWriter.Write(Path, written, new Dictionary<string, string> { ["a"] = "b" });
                    using SafetensorsFile file = SafetensorsFile.Open(Path);
                    return file.Names.SequenceEqual(written.Select(w => w.Name))
                        && file.Metadata["a"] == "b"
                        && written.All(w =>
                        {
                            Tensor read = file.Read(w.Name);
                            return read.dtype == w.Value.dtype
                                && read.shape.SequenceEqual(w.Value.shape)
                                && read.bytes.SequenceEqual(w.Value.bytes);
                        });
                },
                iter: 200,
                threads: 1
            );
    }

    [Fact]
    public void DamagedFile_IsReadOrRefusedWithItsName_NeverAnythingElse()
    {
        using Tensor a = arange(6, ScalarType.Float32).reshape(2, 3),
            b = tensor(new long[] { 7 });
        SafetensorsWriter.Write(Path, [("a", a), ("b", b)], new Dictionary<string, string> { ["k"] = "v" });
        byte[] whole = File.ReadAllBytes(Path);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length])
            .Sample(
                (at, value, length) =>
                {
                    byte[] damaged = whole[..(value % 3 == 0 ? length : whole.Length)];
                    if (at < damaged.Length)
                    {
                        damaged[at] = value;
                    }

                    File.WriteAllBytes(Path, damaged);
                    try
                    {
                        using var scope = NewDisposeScope();
                        using SafetensorsFile file = SafetensorsFile.Open(Path);
                        foreach (string name in file.Names)
                        {
                            _ = file.Read(name);
                        }

                        return true;
                    }
                    catch (SafetensorsException e)
                    {
                        return e.Message.Contains(Path, StringComparison.Ordinal);
                    }
                },
                iter: 3000,
                threads: 1
            );
    }

    [Theory]
    [InlineData("""{"__metadata__":1}""", 0, "__metadata__")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12,
        "overlaps"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "longer")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "no memory")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "Q4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "-2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 0, "gap")]
    [InlineData("""{"a":{"dtype":"F32"}}""", 0, "data_offsets")]
    [InlineData("""[1]""", 0, "object")]
    public void HeaderThatDoesNotFit_IsRefused(string header, int dataBytes, string mentions)
    {
        byte[] json = Encoding.UTF8.GetBytes(header),
            bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(Path, bytes);
        SafetensorsException e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(Path).Dispose());
        Assert.Contains(mentions, e.Message, StringComparison.Ordinal);
        Assert.Contains(Path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ValueThatIsNotFinite_IsRefusedWhereAskedFor()
    {
        using Tensor weights = tensor(new[] { 1f, float.NaN });
        SafetensorsWriter.Write(Path, [("model.w", weights)]);
        using SafetensorsFile file = SafetensorsFile.Open(Path);
        file.Read("model.w").Dispose();
        Assert.Contains(
            "model.w",
            Assert.Throws<SafetensorsException>(() => file.Read("model.w", requireFinite: true)).Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
