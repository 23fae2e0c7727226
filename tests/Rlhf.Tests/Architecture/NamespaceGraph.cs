using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Rlhf.Tests.Architecture;

/// <summary>Which namespaces of compiled libraries use which, by the tokens of their signatures and method bodies.</summary>
internal sealed class NamespaceGraph
{
    private static readonly OpCode[] OpCodes =
    [
        .. typeof(System.Reflection.Emit.OpCodes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => f.GetValue(null))
            .OfType<OpCode>(),
    ];

    private static readonly Dictionary<ushort, OpCode> ByValue = OpCodes.ToDictionary(o => unchecked((ushort)o.Value));

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _assemblies = new(StringComparer.Ordinal);

    /// <summary>Reads libraries.</summary>
    public NamespaceGraph(IEnumerable<string> libraries)
    {
        foreach (string path in libraries)
        {
            using PEReader file = new(File.OpenRead(path));
            MetadataReader reader = file.GetMetadataReader();
            Read(file, reader, Path.GetFileNameWithoutExtension(path));
        }
    }

    /// <summary>The assemblies that hold a namespace.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> Assemblies => _assemblies;

    /// <summary>For each namespace those it uses, with a type that does.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Uses => _uses;

    /// <summary>A cycle of namespaces, or null.</summary>
    public string? Cycle()
    {
        Dictionary<string, bool> done = new(StringComparer.Ordinal);
        foreach (string start in _uses.Keys)
        {
            if (Walk(start, []) is { } cycle)
            {
                return cycle;
            }
        }

        return null;

        string? Walk(string at, List<string> path)
        {
            int seen = path.IndexOf(at);
            if (seen >= 0)
            {
                return string.Join(" -> ", path.Skip(seen).Append(at));
            }

            if (!done.TryAdd(at, true) || !_uses.TryGetValue(at, out SortedDictionary<string, string>? next))
            {
                return null;
            }

            path.Add(at);
            string? found = next.Keys.Select(n => Walk(n, path)).FirstOrDefault(c => c is not null);
            path.RemoveAt(path.Count - 1);
            return found;
        }
    }

    private void Read(PEReader file, MetadataReader reader, string assembly)
    {
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            TypeDefinition type = reader.GetTypeDefinition(handle);
            string from = NamespaceOf(reader, handle);
            if (!from.StartsWith("Rlhf", StringComparison.Ordinal))
            {
                continue;
            }

            if (!_assemblies.TryGetValue(from, out SortedSet<string>? assemblies))
            {
                _assemblies[from] = assemblies = new(StringComparer.Ordinal);
            }

            assemblies.Add(assembly);
            Names names = new(reader);
            names.Token(type.BaseType);
            foreach (InterfaceImplementationHandle i in type.GetInterfaceImplementations())
            {
                names.Token(reader.GetInterfaceImplementation(i).Interface);
            }

            foreach (FieldDefinitionHandle f in type.GetFields())
            {
                reader.GetFieldDefinition(f).DecodeSignature(names, null);
            }

            foreach (MethodDefinitionHandle m in type.GetMethods())
            {
                MethodDefinition method = reader.GetMethodDefinition(m);
                method.DecodeSignature(names, null);
                if (method.RelativeVirtualAddress != 0)
                {
                    Body(file.GetMethodBody(method.RelativeVirtualAddress), reader, names);
                }
            }

            string name = reader.GetString(type.Name);
            foreach (string to in names.Found.Where(n => n != from && n.StartsWith("Rlhf", StringComparison.Ordinal)))
            {
                if (!_uses.TryGetValue(from, out SortedDictionary<string, string>? uses))
                {
                    _uses[from] = uses = new(StringComparer.Ordinal);
                }

                uses.TryAdd(to, name);
            }
        }
    }

    private static void Body(MethodBodyBlock body, MetadataReader reader, Names names)
    {
        if (!body.LocalSignature.IsNil)
        {
            reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null);
        }

        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            ushort value = code.ReadByte();
            value = value == 0xFE ? (ushort)(0xFE00 | code.ReadByte()) : value;
            switch (ByValue[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    names.Token(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int cases = code.ReadInt32();
                    code.Offset += cases * sizeof(int);
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private static string NamespaceOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
        {
            type = reader.GetTypeDefinition(type.GetDeclaringType());
        }

        return reader.GetString(type.Namespace);
    }

    /// <summary>Collects the namespaces of what signatures and tokens name.</summary>
    private sealed class Names(MetadataReader reader) : ISignatureTypeProvider<int, object?>
    {
        public HashSet<string> Found { get; } = new(StringComparer.Ordinal);

        public void Token(EntityHandle handle)
        {
            if (handle.IsNil)
            {
                return;
            }

            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    Found.Add(NamespaceOf(reader, (TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    TypeReference type = reader.GetTypeReference((TypeReferenceHandle)handle);
                    while (type.ResolutionScope.Kind == HandleKind.TypeReference)
                    {
                        type = reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
                    }

                    Found.Add(reader.GetString(type.Namespace));
                    break;
                case HandleKind.TypeSpecification:
                    reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MemberReference:
                    MemberReference member = reader.GetMemberReference((MemberReferenceHandle)handle);
                    Token(member.Parent);
                    break;
                case HandleKind.MethodSpecification:
                    MethodSpecification method = reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Token(method.Method);
                    method.DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    Token(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    Token(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
            }
        }

        public int GetTypeFromDefinition(MetadataReader r, TypeDefinitionHandle handle, byte rawTypeKind) => Add(handle);

        public int GetTypeFromReference(MetadataReader r, TypeReferenceHandle handle, byte rawTypeKind) => Add(handle);

        public int GetTypeFromSpecification(MetadataReader r, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
            Add(handle);

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(object? context, int index) => 0;

        public int GetGenericTypeParameter(object? context, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        public int GetSZArrayType(int elementType) => 0;

        private int Add(EntityHandle handle)
        {
            Token(handle);
            return 0;
        }
    }
}
