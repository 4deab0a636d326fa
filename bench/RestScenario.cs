using System.Text;

namespace Hedgerow.Bench;

/// <summary>One kind of request, and the transaction that it becomes.</summary>
/// <param name="Target">The least ratio to pgbench.</param>
/// <param name="Requests">Whole HTTP requests, sent in turn.</param>
/// <param name="Recipe">The transaction of the design (§2) as a pgbench script: begin, settings, statement, commit in one pipeline. The floor.</param>
/// <param name="Own">What Hedgerow really sends, which is less: for a read no begin and commit, and settings that return nothing.</param>
internal sealed record RestScenario(string Name, double Target, bool IsPointRead, byte[][] Requests, string Recipe, string Own)
{
    private const string Head = "/* bench_user */ ";
    private const string Columns = "null::int, nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), null::text[], ";
    private const string Read = "SELECT null::bigint, pg_catalog.count(_postgrest_t), " + Columns + "coalesce(json_agg(_postgrest_t), '[]') FROM (SELECT * FROM pgrst_source) _postgrest_t";

    public static IEnumerable<RestScenario> All(string token)
    {
        var random = new Random(1);
        yield return Reads("point read", 0.75, true,
            Gets(token, 512, () => $"/items?id=eq.{random.Next(1, BenchDatabase.Rows)}"),
            $"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" = :id ) {Read}");
        yield return Reads("list of 20", 0.80, false,
            Gets(token, 512, () => $"/items?id=gt.{random.Next(1, BenchDatabase.Rows - 2000)}&order=id&limit=20"),
            $"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" > :id ORDER BY \"bench\".\"items\".\"id\" LIMIT 20 OFFSET 0 ) {Read}");
        yield return Reads("list of 1,000", 0.90, false,
            Gets(token, 64, () => $"/items?id=gt.{random.Next(1, BenchDatabase.Rows - 2000)}&order=id&limit=1000"),
            $"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" > :id ORDER BY \"bench\".\"items\".\"id\" LIMIT 1000 OFFSET 0 ) {Read}");
        yield return new("insert", 0.75, false, [Post(token)], RecipeOf("POST", "/log", Insert, ""), Writing());
    }

    private static byte[][] Gets(string token, int count, Func<string> path) =>
        [.. Enumerable.Range(0, count).Select(_ => Encoding.ASCII.GetBytes($"GET {path()} HTTP/1.1\r\n{Headers(token)}\r\n"))];

    private static byte[] Post(string token) =>
        Encoding.ASCII.GetBytes($"POST /log HTTP/1.1\r\n{Headers(token)}Content-Type: application/json\r\nPrefer: return=minimal\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    private const string Body = """{"item_id":17,"note":"benchmark"}""";

    private static string Headers(string token) => $"Host: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n";

    private static RestScenario Reads(string name, double target, bool isPointRead, byte[][] requests, string statement) =>
        new(name, target, isPointRead, requests, RecipeOf("GET", "/items", statement, RandomId), Reading(statement));

    private static readonly string RandomId = $"\\set id random(1, {BenchDatabase.Rows - 2000})";

    private static string RecipeOf(string method, string path, string statement, string before) => $"""
        {before}
        \startpipeline
        begin;
        select {string.Join(", ", Settings(method, path).Select(s => $"set_config('{s.Name}', '{s.Value}', true)"))};
        {statement};
        commit;
        \endpipeline
        """;

    /// <summary>A read is one pipeline without BEGIN and COMMIT: up to the Sync at its end it is one transaction.</summary>
    private static string Reading(string statement) => $"""
        {RandomId}
        \startpipeline
        select 1 where {string.Join(" or ", Settings("GET", "/items").Append(("transaction_read_only", "on")).Select(Silent))};
        {statement};
        \endpipeline
        """;

    private static string Writing() => $"""
        \startpipeline
        begin read write;
        select 1 where {string.Join(" or ", Settings("POST", "/log").Select(Silent))};
        {Insert};
        commit;
        \endpipeline
        """;

    private static string Silent((string Name, string Value) setting) => $"set_config('{setting.Name}', '{setting.Value}', true) is null";

    private const string Insert =
        Head + """WITH pgrst_source AS (INSERT INTO "bench"."log"("item_id", "note") SELECT pgrst_body."item_id", pgrst_body."note" FROM (SELECT '""" + Body
        + """'::json AS json_data) pgrst_payload, LATERAL (SELECT "item_id", "note" FROM json_to_record(pgrst_payload.json_data) AS _("item_id" integer, "note" text) ) pgrst_body RETURNING 1) """
        + "SELECT null::bigint, pg_catalog.count(_postgrest_t), " + Columns + "''::text FROM (SELECT * FROM pgrst_source) _postgrest_t";

    private static (string Name, string Value)[] Settings(string method, string path) =>
    [
        ("search_path", "\"bench\", \"public\""), ("role", "bench_user"),
        ("request.jwt.claims", """{"role":"bench_user","sub":"00000000-0000-0000-0000-000000000001","exp":4102444800}"""),
        ("request.method", method), ("request.path", path),
        ("request.headers", $$"""{"accept":"application/json","host":"localhost","authorization":"Bearer {{new string('x', 180)}}"}"""),
        ("request.cookies", "{}"),
    ];
}
