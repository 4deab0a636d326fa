using System.Text.RegularExpressions;
using Hedgerow.Rest.Plan;
using Hedgerow.Tests.Support;
using Hedgerow.Tests.Unit.Rest.Plan;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>
/// Whatever a client sends, the SQL that comes of it is made of this program's own words: once quoted names and literals are taken out, nothing is
/// left but those words, parameters, and numbers. A cast's type is the one text of the client's that stands unquoted, of letters, digits, <c>_</c>, <c>$</c> and spaces.
/// </summary>
public sealed partial class HostileSqlTests
{
    private static readonly string[] Relations = ["projects", "clients", "tasks"];
    private static readonly string[] Columns = ["id", "name", "client_id", "owner_id", "project_id"];

    private static readonly HashSet<string> s_ownWords =
    [
        "all", "analyze", "and", "any", "array_agg", "as", "asc", "avg", "bigint", "by", "case", "cast", "coalesce", "conflict", "count", "cross", "csv", "current_setting", "data", "default",
        "delete", "desc", "distinct", "do", "e", "else", "end", "excluded", "exists", "explain", "false", "first", "format", "from", "group", "hedgerow", "ilike", "in", "inner", "insert", "int", "integer",
        "into", "is", "join", "json", "json_agg", "json_array_elements", "json_build_object", "json_data", "json_each_text", "json_object_keys", "json_strip_nulls", "json_to_record",
        "json_to_recordset", "jsonb", "jsonb_agg", "jsonb_array_elements", "jsonb_build_object", "jsonb_to_record", "jsonb_to_recordset", "key", "last", "lateral", "left", "length", "like",
        "limit", "max", "min", "not", "nothing", "null", "nullif", "nulls", "offset", "on", "or", "order", "pg_catalog", "pgrst_body", "pgrst_json_defs", "pgrst_payload", "pgrst_source",
        "pgrst_source_count", "phraseto_tsquery", "plainto_tsquery", "row", "row_to_json", "returning", "select", "set", "set_config", "settings", "st_asgeojson", "string_agg", "substring",
        "sum", "text", "then", "to_jsonb", "to_tsquery", "to_tsvector", "true", "unknown", "unnest", "update", "val", "value", "values", "verbose", "websearch_to_tsquery", "when", "where",
        "with", "_", "_postgrest_t", "a", "elem", "hh", "k", "r", "s", "buffers", "wal",
    ];

    [Fact]
    public void Nothing_a_client_sends_becomes_a_word_of_the_statement()
    {
        var hostile = new HostileRequests(seed: 11, Relations, Columns, ["nothing"]);
        var statements = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var request = hostile.Next();
            if (SchemaSketch.TrySql(request) is not { } text) continue;
            statements++;
            foreach (var word in Words(text))
                Assert.True(s_ownWords.Contains(word), $"the word {word} in: {text}\nfor {request}");
        }
        Assert.True(statements > 500, $"only {statements} requests came to a statement");
    }

    [Theory]
    [InlineData("select \"a\"\" or 1=1 --\" from t", "select|from|t")]
    [InlineData("select E'it\\'s', 'it''s' || x", "select|x")]
    public void Quoted_text_is_no_word(string sql, string words) => Assert.Equal(words.Split('|'), Words(sql));

    private static IEnumerable<string> Words(string sql)
    {
        var bare = WithoutCasts(Quoted().Replace(Comment().Replace(sql, ""), " "));
        Assert.DoesNotContain("--", bare, StringComparison.Ordinal);
        Assert.DoesNotContain("/*", bare, StringComparison.Ordinal);
        Assert.DoesNotContain(";", bare, StringComparison.Ordinal);
        return Word().Matches(bare).Select(m => m.Value.ToLowerInvariant()).Where(word => !char.IsAsciiDigit(word[0]) && word[0] != '$');
    }

    [GeneratedRegex("^/\\* anon \\*/ ")]
    private static partial Regex Comment();

    [GeneratedRegex("\"(?:[^\"]|\"\")*\"|\\b[eE]'(?:[^'\\\\]|''|\\\\.)*'|'(?:[^']|'')*'", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    /// <summary><c>CAST( x AS type )</c> becomes <c>( x )</c>, the innermost first.</summary>
    private static string WithoutCasts(string sql)
    {
        for (var at = sql.LastIndexOf("CAST( ", StringComparison.Ordinal); at >= 0; at = sql.LastIndexOf("CAST( ", StringComparison.Ordinal))
        {
            var end = at + "CAST( ".Length;
            for (var depth = 1; depth > 0; end++) depth += sql[end] switch { '(' => 1, ')' => -1, _ => 0 };
            var cast = sql[(at + "CAST".Length)..(end - 1)];
            var type = cast.LastIndexOf(" AS ", StringComparison.Ordinal);
            Assert.Matches(TypeName(), cast[(type + " AS ".Length)..]);
            sql = $"{sql[..at]}{cast[..type]} ){sql[end..]}";
        }
        return sql;
    }

    [GeneratedRegex("^[\\p{L}\\p{Nd}_$ ]+$")]
    private static partial Regex TypeName();

    [GeneratedRegex("[\\p{L}\\p{N}_$]+")]
    private static partial Regex Word();
}
