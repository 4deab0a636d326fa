using System.Collections.Concurrent;
using System.Reflection;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>The catalogue queries that stand beside this file, as they are sent.</summary>
internal static class CatalogueQueries
{
    private static readonly ConcurrentDictionary<string, string> Texts = new();

    /// <summary>The text of <c>Catalogue/<paramref name="name"/>.sql</c>.</summary>
    public static string Get(string name) => Texts.GetOrAdd(name, static name =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Hedgerow.Rest.Schema.Catalogue.{name}.sql")
            ?? throw new InvalidOperationException($"The catalogue query {name} is not part of the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>Roles; servers before 15 know no privilege on a parameter.</summary>
    public static string Roles(int serverVersion) => serverVersion >= 150000
        ? Get("roles")
        : Get("roles").Replace("or pg_catalog.has_parameter_privilege(s.name, 'set')", "", StringComparison.Ordinal);
}
