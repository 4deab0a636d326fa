using System.Text.RegularExpressions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Hooks;

/// <summary>A function of the database's as a hook's address names it: <c>pg-functions://postgres/schema/function</c>.</summary>
/// <param name="Uri">The address itself, for messages.</param>
/// <param name="CallSql">The SQL that calls it with the parameter <c>@input</c>.</param>
public sealed partial record HookFunction(string Uri, string CallSql)
{
    /// <summary>Null where it is no such address.</summary>
    public static HookFunction? Parse(string uri)
    {
        var match = Pattern().Match(uri);
        return match.Success
            ? new HookFunction(uri, $"select {Sql.Identifier(match.Groups["schema"].Value)}.{Sql.Identifier(match.Groups["function"].Value)}(@input::jsonb)::jsonb::text")
            : null;
    }

    [GeneratedRegex(@"^pg-functions://[^/]+/(?<schema>[A-Za-z_][A-Za-z0-9_]{0,62})/(?<function>[A-Za-z_][A-Za-z0-9_]{0,62})/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
