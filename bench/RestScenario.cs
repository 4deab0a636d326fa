using System.Text;

namespace Hedgerow.Bench;

/// <summary>One kind of request, and the transaction that it becomes.</summary>
/// <param name="Target">The least ratio to pgbench.</param>
/// <param name="Requests">Whole HTTP requests, sent in turn.</param>
/// <param name="Transaction">The same as a pgbench script; <c>:id</c> is random.</param>
internal sealed record RestScenario(string Name, double Target, bool IsPointRead, byte[][] Requests, string Transaction)
{
    private const string Head = "/* bench_user */ ";
    private const string Columns = "null::int, nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), null::text[], ";
    private const string Read = "SELECT null::bigint, pg_catalog.count(_postgrest_t), " + Columns + "coalesce(json_agg(_postgrest_t), '[]') FROM (SELECT * FROM pgrst_source) _postgrest_t";

    public static IEnumerable<RestScenario> All(string token)
    {
        var random = new Random(1);
        yield return new("point read", 0.75, true,
            Gets(token, 512, () => $"/items?id=eq.{random.Next(1, BenchDatabase.Rows)}"),
            Reading($"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" = :id ) {Read}", "id=eq.1"));
        yield return new("list of 20", 0.80, false,
            Gets(token, 512, () => $"/items?id=gt.{random.Next(1, BenchDatabase.Rows - 2000)}&order=id&limit=20"),
            Reading($"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" > :id ORDER BY \"bench\".\"items\".\"id\" LIMIT 20 OFFSET 0 ) {Read}", "id=gt.1&order=id&limit=20"));
        yield return new("list of 1,000", 0.90, false,
            Gets(token, 64, () => $"/items?id=gt.{random.Next(1, BenchDatabase.Rows - 2000)}&order=id&limit=1000"),
            Reading($"{Head}WITH pgrst_source AS ( SELECT \"bench\".\"items\".* FROM \"bench\".\"items\" WHERE \"bench\".\"items\".\"id\" > :id ORDER BY \"bench\".\"items\".\"id\" LIMIT 1000 OFFSET 0 ) {Read}", "id=gt.1&order=id&limit=1000"));
        yield return new("insert", 0.75, false, [Post(token)], Writing());
    }

    private static byte[][] Gets(string token, int count, Func<string> path) =>
        [.. Enumerable.Range(0, count).Select(_ => Encoding.ASCII.GetBytes($"GET {path()} HTTP/1.1\r\n{Headers(token)}\r\n"))];

    private static byte[] Post(string token) =>
        Encoding.ASCII.GetBytes($"POST /log HTTP/1.1\r\n{Headers(token)}Content-Type: application/json\r\nPrefer: return=minimal\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    private const string Body = """{"item_id":17,"note":"benchmark"}""";

    private static string Headers(string token) => $"Host: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n";

    /// <summary>A read is one pipeline without BEGIN and COMMIT: up to the Sync at its end it is one transaction.</summary>
    private static string Reading(string statement, string query) => $"""
        \set id random(1, {BenchDatabase.Rows - 2000})
        \startpipeline
        {Settings("GET", "/items", readOnly: true)};
        {statement};
        \endpipeline
        """;

    private static string Writing() => $$"""
        \startpipeline
        begin read write;
        {{Settings("POST", "/log", readOnly: false)}};
        {{Head}}WITH pgrst_source AS (INSERT INTO "bench"."log"("item_id", "note") SELECT pgrst_body."item_id", pgrst_body."note" FROM (SELECT '{{Body}}'::json AS json_data) pgrst_payload, LATERAL (SELECT "item_id", "note" FROM json_to_record(pgrst_payload.json_data) AS _("item_id" integer, "note" text) ) pgrst_body RETURNING 1) SELECT null::bigint, pg_catalog.count(_postgrest_t), {{Columns}}''::text FROM (SELECT * FROM pgrst_source) _postgrest_t;
        commit;
        \endpipeline
        """;

    private static string Settings(string method, string path, bool readOnly)
    {
        var headers = $$"""{"accept":"application/json","host":"localhost","authorization":"Bearer {{new string('x', 180)}}"}""";
        var claims = """{"role":"bench_user","sub":"00000000-0000-0000-0000-000000000001","exp":4102444800}""";
        (string, string)[] settings = [
            ("search_path", "\"bench\", \"public\""), ("role", "bench_user"), ("request.jwt.claims", claims), ("request.method", method),
            ("request.path", path), ("request.headers", headers), ("request.cookies", "{}"),
        ];
        var made = settings.Select(s => $"set_config('{s.Item1}', '{s.Item2}', true) is null");
        if (readOnly) made = made.Append("set_config('transaction_read_only', 'on', true) is null");
        return "select 1 where " + string.Join(" or ", made);
    }
}
