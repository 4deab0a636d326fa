using System.Text;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Tests.Conformance;

/// <summary>A read on a shared connection, whose rows the gateway joins, is answered as one on a connection of its own, whose body PostgreSQL makes.</summary>
public sealed class SharedReadTests
{
    [ConformanceTheory]
    [InlineData("test.switch_role")]
    [InlineData("")]
    public async Task Each_read_of_the_cases_is_answered_alike_on_both(string preRequest)
    {
        var settings = CaseSettings.Of(new Dictionary<string, string> { ["configDbAggregates"] = "true" });
        settings["Rest:PreRequest"] = preRequest;
        settings["Rest:TxEnd"] = "commit";
        settings["Rest:ServerTiming"] = "false";
        settings["Db:SharedReadConnections"] = "1";
        await using var gateway = await ConformanceGateway.StartAsync(settings);
        var server = new Uri(gateway.Urls.First());
        var reads = CaseFile.Load().SelectMany(c => c.Steps).Select(s => s.Request).Where(r => r.Method == "GET" && !r.Path.StartsWith("/rpc/", StringComparison.Ordinal)).ToList();

        var differences = new StringBuilder();
        foreach (var read in reads)
        {
            var alone = await RawHttp.SendAsync(server, read);
            // The first that may share finds its connection still being opened.
            for (var i = 0; i < 2; i++)
            {
                var shared = await RawHttp.SendAsync(server, read);
                if (Text(alone) != Text(shared)) differences.Append(read.Path).Append('\n').Append(Text(alone)).Append("\n---\n").Append(Text(shared)).Append("\n\n");
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
        Assert.True(await SharedAsync(settings["Db:Url"]!), "no read was on a shared connection");
    }

    private static string Text(RawAnswer answer) =>
        string.Join('\n', answer.Headers.Where(h => h.Key != "Date").SelectMany(h => h.Select(v => $"{h.Key}: {v}")).Prepend($"{answer.Status}")) + "\n" + Encoding.UTF8.GetString(answer.Body);

    private static async Task<bool> SharedAsync(string url)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse(url).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select exists (select from pg_stat_activity where usename = current_user and query like 'SELECT nullif(current_setting(''response.headers''%')", connection);
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
