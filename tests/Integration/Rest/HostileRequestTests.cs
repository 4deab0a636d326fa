using System.Globalization;
using System.Text.RegularExpressions;
using Hedgerow.Tests.Integration.Cli;
using Hedgerow.Tests.Integration.Support;
using Hedgerow.Tests.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>
/// A stranger who means harm: no answer is a 5xx but those PostgREST documents, no row of another tenant is seen or changed. The other tenants are
/// a whole seeded world: every table and every function of the API is aimed at.
/// </summary>
public sealed partial class HostileRequestTests(SeededDatabase seeded) : IClassFixture<SeededDatabase>
{
    /// <summary>20,000, or what <c>HEDGEROW_FUZZ_REQUESTS</c> says.</summary>
    private static readonly int Requests =
        int.Parse(Environment.GetEnvironmentVariable("HEDGEROW_FUZZ_REQUESTS") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task No_request_breaks_the_server_or_reaches_another_tenants_rows()
    {
        await using var platform = await TestPlatform.StartOnAsync(seeded.Database);
        var stranger = await platform.SignUpAsync();
        var mine = await stranger.Http.SendAsync("POST", "/rest/v1/workspaces?select=id", new { name = "Mine", slug = $"mine-{stranger.Id:N}" }, ("Prefer", "return=representation"));
        Assert.Equal(201, mine.Status);
        var tables = await TablesAsync();
        var others = await OthersAsync(tables, stranger.Id);
        // Otherwise the test would prove nothing.
        Assert.True(others.Count > 500, $"only {others.Count} rows belong to others");
        await NoteAsync(tables, others);
        var columnsOf = new Dictionary<string, string[]>();
        foreach (var table in tables)
            columnsOf[table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..]] = [.. await ListAsync($"select attname::text from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped")];
        string[] columns = [.. await ListAsync("select distinct attname::text from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped"), "nothing"];
        string[] functions = [.. await ListAsync("select distinct proname::text from pg_proc where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype"), "nothing"];
        string[] relations = [.. tables.Where(t => t.StartsWith("public.", StringComparison.Ordinal)).Select(t => t["public.".Length..]), "api_logs", "nothing"];

        var reached = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            var hostile = new HostileRequests(seed: worker, relations, columns, functions, columnsOf);
            for (var i = 0; i < Requests / 4; i++)
                if (await SendAsync(stranger.Http, hostile.Next(), others, $"seed {worker}, request {i}")) Interlocked.Increment(ref reached);
        }));

        Assert.True(reached > Requests / 40, $"only {reached} requests got as far as an answer of rows");
        Assert.Equal([], await ListAsync("select relation || ' ' || id from hedgerow.before_fuzz b where not exists (select from hedgerow.prints p where p.relation = b.relation and p.id = b.id and p.print = b.print)"));
        using var alive = await stranger.Http.GetAsync("/rest/v1/workspaces?select=id");
        Assert.True(alive.IsSuccessStatusCode);
    }

    /// <returns>Whether it was answered well.</returns>
    private static async Task<bool> SendAsync(HttpClient client, HostileRequest request, HashSet<Guid> others, string which)
    {
        using var message = request.ToMessage(new Uri(client.BaseAddress!, "/rest/v1"));
        using var answer = await client.SendAsync(message);
        var body = await answer.Content.ReadAsStringAsync();
        foreach (Match id in Uuid().Matches(body))
            Assert.False(others.Contains(Guid.Parse(id.Value)), $"{which}: {request} saw {id.Value} of another: {body[..Math.Min(body.Length, 2000)]}");
        Assert.True((int)answer.StatusCode < 500 || HostileRequest.IsDocumented(body), $"{which}: {(int)answer.StatusCode} {body} for {request} with {string.Join("; ", request.Headers)}");
        return answer.IsSuccessStatusCode && request.Method != "OPTIONS";
    }

    /// <summary>Tables whose rows have an id, and the users whom they belong to.</summary>
    private Task<List<string>> TablesAsync() => ListAsync("""
        select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'id' and a.atttypid = 'uuid'::regtype
        where (c.relnamespace = 'public'::regnamespace or c.oid = 'auth.users'::regclass) and c.relkind in ('r', 'p') and not c.relispartition
        """, "set search_path = ''");

    /// <summary>Ids of rows that the stranger may not see, nor learn of from a row that can be seen, by the policies' own word.</summary>
    private async Task<HashSet<Guid>> OthersAsync(List<string> tables, Guid stranger)
    {
        var others = new HashSet<Guid>();
        foreach (var table in tables)
        {
            await using (var all = await seeded.Database.OpenAsync("postgres")) others.UnionWith(await all.ListAsync<Guid>($"select id from {table}"));
        }
        foreach (var table in tables)
        {
            await using var session = await seeded.Database.OpenAsUserAsync(stranger);
            if (await session.RefusalAsync($"select from {table}") is not null) continue;
            // What can be seen, of public projects, says whose it is.
            foreach (var row in await session.ListAsync<string>($"select t::text from {table} t"))
                others.ExceptWith(Uuid().Matches(row).Select(id => Guid.Parse(id.Value)));
        }
        others.Remove(stranger);
        return others;
    }

    /// <summary>Keeps what those rows look like now.</summary>
    private async Task NoteAsync(List<string> tables, HashSet<Guid> others)
    {
        var prints = string.Join(" union all ", tables.Select(t => $"select '{t}' as relation, id, md5(t::text) as print from {t} t"));
        await seeded.Database.ExecuteAsync($"create view hedgerow.prints as {prints}");
        await seeded.Database.ExecuteAsync("create table hedgerow.before_fuzz (relation text, id uuid, print text)");
        await seeded.Database.ExecuteAsync("insert into hedgerow.before_fuzz select * from hedgerow.prints where id = any ($1)", others.ToArray());
    }

    private async Task<List<string>> ListAsync(string sql, string first = "select")
    {
        await using var session = await seeded.Database.OpenAsync("postgres");
        await session.ExecuteAsync(first);
        return await session.ListAsync<string>(sql);
    }

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Uuid();
}
