namespace Rlhf.Verification.Sandbox;

/// <summary>What languages are called behind a fence, by the ending of their files.</summary>
internal static class Languages
{
    // Exits with success where the text parses and does something: the output of a program parses as well, as a row of values.
    private const string PythonCheck = """
        import ast, sys
        def works(s):
            plain = isinstance(s, ast.Expr) or isinstance(s, ast.AnnAssign) and s.value is None
            return not plain or any(isinstance(n, ast.Call) for n in ast.walk(s))
        sys.exit(not any(map(works, ast.parse(open(sys.argv[1], encoding="utf-8").read()).body)))
        """;

    private static readonly string[][] Names =
    [
        ["py", "python", "pypy", "cpython"],
        ["js", "javascript", "node", "nodejs", "mjs", "cjs", "ecmascript"],
        ["ts", "typescript"],
        ["sh", "bash", "shell", "zsh", "ksh", "dash"],
        ["cpp", "c++", "cc", "cxx"],
        ["cs", "c#", "csharp"],
        ["rs", "rust"],
        ["go", "golang"],
        ["rb", "ruby"],
        ["pl", "perl"],
        ["kt", "kotlin"],
        ["hs", "haskell"],
        ["jl", "julia"],
    ];

    /// <summary>The names of the language whose files end so.</summary>
    public static IReadOnlyList<string> NamesOf(string fileName)
    {
        string ending = Path.GetExtension(fileName).TrimStart('.').ToLowerInvariant();
        return Array.Find(Names, n => n.Contains(ending, StringComparer.Ordinal)) ?? [ending];
    }

    /// <summary>
    /// A command that ends with success where <c>{file}</c> holds a program; null where none is known for the program that runs it.
    /// </summary>
    public static IReadOnlyList<string>? CheckOf(UnitTestsOptions options) =>
        (NamesOf(options.FileName)[0], options.Command[0]) switch
        {
            ("py", var python) when !IsShell(python) => [python, "-I", "-c", PythonCheck, "{file}"],
            ("sh", var shell) => [shell, "-n", "{file}"],
            ("js", var node) when !IsShell(node) => [node, "--check", "{file}"],
            ("pl" or "rb", var perl) when !IsShell(perl) => [perl, "-c", "{file}"],
            _ => null,
        };

    private static bool IsShell(string program) => Path.GetFileName(program) is "sh" or "bash" or "dash";
}
