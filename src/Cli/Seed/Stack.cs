namespace Hedgerow.Cli.Seed;

/// <summary>What a project is built with, and the first files that such a project has.</summary>
/// <param name="Main">The path of the main source file; its folder is <c>src</c>.</param>
/// <param name="Manifest">The file that names the dependencies.</param>
/// <param name="Test">The test beside it; its folder is <c>tests</c>.</param>
public sealed record Stack(string Language, string Framework, string MimeType, string Main, string Manifest, string ManifestLanguage, string Test, string Extra, string Code, string Run)
{
    /// <summary>In proportion to how often they are met.</summary>
    public static readonly Stack[] All =
    [
        new("typescript", "next.js", "text/typescript", "src/index.ts", "package.json", "json", "tests/index.test.ts", "src/config.ts",
            "export async function handle(request: Request): Promise<Response> {\n  const body = await request.json();\n  return Response.json({ ok: true, received: body.id });\n}\n", "npm test"),
        new("typescript", "react", "text/typescript", "src/app.tsx", "package.json", "json", "tests/app.test.tsx", "src/theme.ts",
            "export function App({ name }: { name: string }) {\n  return <main><h1>Hello, {name}</h1></main>;\n}\n", "npm run build"),
        new("python", "fastapi", "text/x-python", "src/main.py", "pyproject.toml", "toml", "tests/test_main.py", "src/settings.py",
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(\"/health\")\ndef health() -> dict[str, bool]:\n    return {\"ok\": True}\n", "pytest -q"),
        new("go", "chi", "text/x-go", "src/main.go", "go.mod", "go", "tests/main_test.go", "src/config.go",
            "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", routes())\n}\n", "go test ./..."),
        new("csharp", "aspnet", "text/x-csharp", "src/Program.cs", "App.csproj", "xml", "tests/ProgramTests.cs", "src/Settings.cs",
            "var app = WebApplication.CreateBuilder(args).Build();\napp.MapGet(\"/health\", () => Results.Ok(new { ok = true }));\napp.Run();\n", "dotnet test"),
        new("rust", "axum", "text/x-rust", "src/main.rs", "Cargo.toml", "toml", "tests/main.rs", "src/config.rs",
            "#[tokio::main]\nasync fn main() {\n    let app = axum::Router::new().route(\"/health\", axum::routing::get(|| async { \"ok\" }));\n}\n", "cargo test"),
    ];

    public static Stack Of(int project) => Dice.For(Seeded.Project, project, salt: 2).Pick(All);

    /// <summary>The project's entries in the order in which they are made: every folder before what lies in it.</summary>
    public Entry EntryAt(int place) => place switch
    {
        0 => new("README.md", null, "text/markdown", "markdown"),
        1 => new("src", null, null, null),
        2 => new(Main, 1, MimeType, Language),
        3 => new(Manifest, null, "text/plain", ManifestLanguage),
        4 => new("tests", null, null, null),
        5 => new(Test, 4, MimeType, Language),
        6 => new(Extra, 1, MimeType, Language),
        7 => new(".gitignore", null, "text/plain", null),
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "A project has eight entries."),
    };

    /// <summary>A file, or a folder when it has no type.</summary>
    /// <param name="Parent">The place of the folder it lies in.</param>
    public readonly record struct Entry(string Path, int? Parent, string? MimeType, string? Language)
    {
        public bool IsFolder => MimeType is null;

        public string Name => Path[(Path.LastIndexOf('/') + 1)..];
    }
}
