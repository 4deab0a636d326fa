using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Tests.Support;

/// <summary>A request that means harm, or is merely broken. The target is ASCII without spaces, as an HTTP request line needs it.</summary>
public sealed record HostileRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string? Body)
{
    /// <summary>The request to a server whose REST begins at <paramref name="root"/>, target untouched.</summary>
    public HttpRequestMessage ToMessage(Uri root)
    {
        var message = new HttpRequestMessage(
            new HttpMethod(Method), new Uri(root.ToString().TrimEnd('/') + Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Body is not null) message.Content = new StringContent(Body);
        foreach (var (name, value) in Headers)
        {
            if (name == "Content-Type") message.Content!.Headers.ContentType = null;
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }

    /// <summary>
    /// Whether a 5xx carries a SQLSTATE that PostgREST answers so and that a caller can bring about: two who lock each other out, too complex, cancelled, infinite recursion.
    /// </summary>
    public static bool IsDocumented(string body)
    {
        if (body.Length == 0) return false;
        using var error = JsonDocument.Parse(body);
        var code = error.RootElement.GetProperty("code").GetString()!;
        return code is "42P17" or "40P01" || code.StartsWith("54", StringComparison.Ordinal) || code.StartsWith("57", StringComparison.Ordinal);
    }
}

/// <summary>
/// Writes requests by PostgREST's grammar and then breaks most of them: characters doubled, dropped, swapped and inserted, values from
/// a list of old tricks, nesting without end. The same seed gives the same requests.
/// </summary>
/// <param name="relations">Names that the server knows.</param>
/// <param name="columns">Names of columns, not necessarily of those relations.</param>
/// <param name="functions">Names of functions.</param>
/// <param name="columnsOf">The columns of some relations: where one of them is aimed at, most columns are its own.</param>
public sealed class HostileRequests(
    int seed, string[] relations, string[] columns, string[] functions, IReadOnlyDictionary<string, string[]>? columnsOf = null)
{
    private static readonly string[] Tricks =
    [
        "'", "\"", "\\", "';drop table x;--", "\" or 1=1 --", "$1", "$$", "\0", "\u0001", "\uFFFD", "\uD83D\uDE00", "*/", "/*", "--", "null", "NaN",
        "-1", "0", "9223372036854775808", "1e400", "99999999999999999999999999", "0x1F", "{", "}", "{,}", "{\"", "[", "]", "(", ")", "()", ",", ".", "..", "...",
        "->", "->>", "->>-", "::", ":", "!", "!inner", "%", "%%", "%2", "&", "=", ";", "#", "?", "@", "~", "~*", "pg_sleep(9)", "current_user",
        "not.", "not.not.", "is.null", "eq.", "in.(", "or=(", "count()", "sum()", "select", "2020-02-30", "infinity", "00000000-0000-0000-0000-000000000000",
        "\u202E", "ﬀ", "İ", "a\u0301", "معرف",
    ];

    private static readonly string[] Operators =
    [
        "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct", "fts", "plfts", "phfts", "wfts",
        "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "eq(any)", "like(all)", "fts(english)", "xx",
    ];

    private static readonly string[] Types = ["text", "int", "jsonb", "uuid", "int[]", "regclass", "nothing", "pg_catalog.int4", "char(1)"];

    private static readonly string[] Preferences =
    [
        "return=representation", "return=minimal", "return=headers-only", "count=exact", "count=planned", "count=estimated", "tx=commit", "tx=rollback",
        "resolution=merge-duplicates", "resolution=ignore-duplicates", "missing=default", "handling=strict", "max-affected=1", "timezone=Mars/Olympus", "timezone=UTC", "x",
    ];

    private static readonly string[] MediaTypes =
    [
        "*/*", "application/json", "text/csv", "application/vnd.pgrst.object", "application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.array;nulls=stripped",
        "application/geo+json", "text/plain", "application/octet-stream", "application/openapi+json", "application/vnd.pgrst.plan+json;options=analyze|verbose", "text/html;q=x", ";;", "a/b;c=\"",
    ];

    private readonly Random _random = new(seed);
    private string[]? _own;

    public HostileRequest Next()
    {
        var method = Pick("GET", "GET", "GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS");
        var isCall = Chance(8);
        var relation = Name(relations);
        var path = isCall ? $"/rpc/{Name(functions)}" : Chance(60) ? "/" : $"/{relation}";
        _own = columnsOf?.GetValueOrDefault(relation);
        var query = string.Join('&', Enumerable.Range(0, _random.Next(5)).Select(_ => Parameter(0)));
        if (Chance(2)) query = Broken(query);
        var headers = new List<KeyValuePair<string, string>>();
        if (Chance(2)) headers.Add(new("Prefer", string.Join(", ", Some(Preferences))));
        if (Chance(2)) headers.Add(new("Accept", string.Join(", ", Some(MediaTypes))));
        if (Chance(6)) headers.Add(new("Range", Pick("0-9", "5-1", "-", "9999999999999999999999-", "0-0", "x-1")));
        if (Chance(12)) headers.Add(new(method == "GET" ? "Accept-Profile" : "Content-Profile", Pick("public", "auth", "pg_catalog", "x\"y", "")));
        string? body = null;
        if (method is "POST" or "PATCH" or "PUT")
        {
            body = Body();
            headers.Add(new("Content-Type", Pick("application/json", "application/json", "text/csv", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream", "image/png")));
        }
        // A write with no filter would be a request with consequences; one that names a row is as hostile.
        if (method is "PATCH" or "DELETE" or "PUT" && query.Length == 0) query = "id=eq." + Pick(Tricks);
        return new(method, Encoded(query.Length == 0 ? path : $"{path}?{query}"), headers, body);
    }

    private string Parameter(int depth) => _random.Next(9) switch
    {
        0 => $"select={Selection(depth)}",
        1 => $"order={Field()}.{Pick("asc", "desc", "nullsfirst", "asc.nullslast", "up")}",
        2 => $"{Pick("limit", "offset", $"{Name(relations)}.limit")}={Pick("1", "0", "-1", "x", "99999999999999999999")}",
        3 => $"{Pick("or", "and", "not.or", $"{Name(relations)}.or")}=({Tree(depth)})",
        4 => $"{Name(relations)}.{Name(columns)}={Condition()}",
        5 => $"columns={Name(columns)},{Name(columns)}",
        6 => $"on_conflict={Name(columns)}",
        _ => $"{Field()}={Condition()}",
    };

    private string Selection(int depth) => string.Join(',', Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => (depth > 20 ? 0 : _random.Next(6)) switch
    {
        0 => "*",
        1 => $"{Name(relations)}{Pick("", "!inner", "!left", "!" + Name(columns))}({Selection(depth + 1)})",
        2 => $"...{Name(relations)}({Selection(depth + 1)})",
        3 => $"{Name(columns)}:{Field()}::{Pick(Types)}",
        4 => $"{Field()}.{Pick("sum", "avg", "count", "max", "min", "none")}()",
        _ => Field(),
    }));

    private string Tree(int depth) => string.Join(',', Enumerable.Range(0, 1 + _random.Next(3)).Select(_ =>
        depth < 40 && Chance(4) ? $"{Pick("or", "and", "not.and")}({Tree(depth + 1)})" : $"{Field()}.{Condition()}"));

    private string Condition()
    {
        var op = Pick(Operators);
        var value = op == "in" ? $"({Value()},{Value()})" : op == "is" ? Pick("null", "true", "not_null", "x") : Value();
        return $"{Pick("", "", "not.")}{op}.{value}";
    }

    private string Field() => Chance(4) ? $"{Name(columns)}{Pick("->", "->>")}{Pick("a", "0", "-1", "\"x y\"", Pick(Tricks))}" : Name(columns);

    private string Name(string[] names)
    {
        if (Chance(12)) return Pick(Tricks);
        if (names == columns && _own is not null && !Chance(5)) names = _own;
        return Chance(15) ? $"\"{Pick(names)}\"" : Pick(names);
    }

    private string Value() => Chance(2) ? Pick(Tricks) : _random.Next(4) switch
    {
        0 => _random.NextInt64().ToString(CultureInfo.InvariantCulture),
        1 => $"\"{Pick(Tricks)}\"",
        2 => $"{{{Pick(Tricks)},{Pick(columns)}}}",
        _ => Pick(columns),
    };

    private string Body() => _random.Next(9) switch
    {
        0 => "",
        1 => new string('[', _random.Next(2000)),
        2 => $"{Pick(columns)},{Pick(columns)}\n{Pick(Tricks)},\"{Pick(Tricks)}\n",
        3 => $"{Pick(columns)}={Pick(Tricks)}",
        4 => Broken(Object()),
        5 => $"[{Object()},{Object()}]",
        6 => "\"\\ud800\"",
        _ => Object(),
    };

    private string Object() =>
        $$"""{"{{Pick(columns)}}":"{{Pick(columns)}}","{{Pick(columns)}}":{{Pick("1", "null", "[]", "{}", "1e999", "\"\\u0000\"", "true", "\"x\"")}}}""";

    /// <summary>One to four characters dropped, doubled, replaced or swapped, or a trick put between.</summary>
    private string Broken(string text)
    {
        var broken = new StringBuilder(text);
        for (var times = 1 + _random.Next(4); times > 0 && broken.Length > 0; times--)
        {
            var at = _random.Next(broken.Length);
            switch (_random.Next(4))
            {
                case 0: broken.Remove(at, 1); break;
                case 1: broken.Insert(at, broken[at]); break;
                case 2: broken[at] = (char)_random.Next(1, 0x500); break;
                default: broken.Insert(at, Pick(Tricks)); break;
            }
        }
        if (Chance(200)) broken.Insert(0, Pick("select=", "or=")).Append(new string('(', 5000));
        return broken.ToString();
    }

    /// <summary>Percent-encodes what a request line cannot hold, and now and then a byte that is no UTF-8.</summary>
    private string Encoded(string target)
    {
        var encoded = new StringBuilder(target.Length + 16);
        foreach (var rune in target.EnumerateRunes())
        {
            if (rune.Value is > 32 and < 127 and not '#')
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (var b in Encoding.UTF8.GetBytes(rune.ToString())) encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        if (Chance(40)) encoded.Append("%FF%C0%80");
        return encoded.ToString();
    }

    private bool Chance(int one) => _random.Next(one) == 0;

    private string Pick(params string[] from) => from[_random.Next(from.Length)];

    private IEnumerable<string> Some(string[] from) => Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Pick(from));
}
