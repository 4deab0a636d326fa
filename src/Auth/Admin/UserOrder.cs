using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Admin;

/// <summary>The order of the list of users: <c>?sort=created_at asc</c>, several separated by commas (GoTrue, which knows created_at alone).</summary>
public static class UserOrder
{
    // What may be named, and the SQL of it: nothing of the request gets into a statement.
    private static readonly Dictionary<string, string> s_columns = new(StringComparer.Ordinal)
    {
        ["created_at"] = "u.created_at",
        ["updated_at"] = "u.updated_at",
        ["last_sign_in_at"] = "u.last_sign_in_at",
        ["email"] = "u.email",
        ["phone"] = "u.phone",
    };

    /// <summary>The <c>order by</c> list; newest first unless the request says otherwise. The id comes last: pages must not overlap.</summary>
    public static Result<string> Read(string sort)
    {
        if (sort.Length == 0) return "u.created_at desc, u.id";
        var terms = new List<string>();
        foreach (var term in sort.Split(','))
        {
            var (name, direction) = term.Trim().Split(' ', 2) is [var named, var rest] ? (named, rest.Trim().ToLowerInvariant()) : (term.Trim(), "desc");
            if (!s_columns.TryGetValue(name, out var column))
                return AuthErrors.Invalid($"Bad Sort Parameters: bad field for sort '{name}'; known are {string.Join(", ", s_columns.Keys)}");
            if (direction is not ("asc" or "desc")) return AuthErrors.Invalid($"Bad Sort Parameters: bad direction for sort '{direction}', only 'asc' and 'desc' allowed");
            terms.Add($"{column} {direction} nulls last");
        }
        return string.Join(", ", terms.Append("u.id"));
    }
}
