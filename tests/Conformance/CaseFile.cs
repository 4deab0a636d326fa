using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Hedgerow.Cli;

namespace Hedgerow.Tests.Conformance;

/// <summary>Cases read from PostgREST's own specification, which lie beside the checkout; see the README there for their format.</summary>
internal static partial class CaseFile
{
    private static readonly string s_folder = Path.Combine(Checkout.Root, "..", "shared", "conformance", "postgrest");

    public static bool IsPresent => File.Exists(Path.Combine(s_folder, "cases-public.json"));

    /// <summary>The dump of the database that the cases run on.</summary>
    public static string Database => Path.Combine(s_folder, "database.sql");

    /// <summary>Cases that this server is held to: not those that need PostGIS or pg-safeupdate, nor those that <c>tests/conformance.md</c> names.</summary>
    public static IReadOnlyList<ConformanceCase> Load()
    {
        using var stream = File.OpenRead(Path.Combine(s_folder, "cases-public.json"));
        var all = JsonSerializer.Deserialize<CaseList>(stream, JsonSerializerOptions.Web)!.Cases;
        var named = Named();
        foreach (var id in named) Assert.Contains(all, c => c.Id == id);
        return [.. all.Where(c => c.Needs != "postgis" && !c.Id.Contains("PgSafeUpdate", StringComparison.Ordinal) && !named.Contains(c.Id)).OrderBy(c => c.Line)];
    }

    /// <summary>Ids, which are parts parted by slashes, in code marks at the beginning of a table's line.</summary>
    private static HashSet<string> Named() =>
        [.. File.ReadLines(Path.Combine(Checkout.Root, "tests", "conformance.md")).Select(line => NamedCase().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value)];

    [GeneratedRegex("^\\| `([^`]+ / [^`]+)` \\|")]
    private static partial Regex NamedCase();
}

internal sealed record CaseList(IReadOnlyList<ConformanceCase> Cases);

/// <param name="Id">Specification file, then titles, parted by slashes.</param>
/// <param name="Config">What differs from the base configuration, in PostgREST's own words.</param>
internal sealed record ConformanceCase(string Id, IReadOnlyDictionary<string, string> Config, int Line, IReadOnlyList<CaseStep> Steps, string? Needs)
{
    public string Specification => Id.Split(" / ")[0];
}

internal sealed record CaseStep(CaseRequest Request, CaseExpectation? Expect);

internal sealed record CaseRequest(string Method, string Path, IReadOnlyList<string[]> Headers, string Body)
{
    [JsonPropertyName("_json")]
    public bool IsJson { get; init; }
}

internal sealed record CaseExpectation(int Status, IReadOnlyList<ExpectedHeader> Headers, ExpectedBody? Body);

internal sealed record ExpectedHeader(string Name, string Kind, string? Value);

internal sealed record ExpectedBody(string? Json, string? Raw);
