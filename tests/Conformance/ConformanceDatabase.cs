using System.Text;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Conformance;

/// <summary>The cases' database: loaded once, cloned for each specification, since some cases commit.</summary>
internal static class ConformanceDatabase
{
    private const string Template = "conformance_template";

    private static readonly Lazy<Task<TestServer>> s_loaded = new(LoadAsync);
    private static int s_clones;

    /// <summary>A connection URL of the least privileged login to a database of its own.</summary>
    public static async Task<string> CloneAsync()
    {
        var server = await s_loaded.Value;
        var name = $"conformance_{Interlocked.Increment(ref s_clones)}";
        await server.ExecuteAsync($"create database {name} template {Template}");
        // Settings that hold for one database are not copied with it.
        await using var connection = await OpenAsync(server, name);
        await RunAsync(connection, Parts().First(p => !p.IsCopy).Text.Split("-- PostgreSQL database dump")[0]);
        return $"postgresql://Postgrest_Test_Authenticator:postgrest@127.0.0.1:{server.Port}/{name}";
    }

    private static async Task<TestServer> LoadAsync()
    {
        var server = await TestServer.GetAsync();
        await server.ExecuteAsync($"create database {Template} template template0 encoding 'UTF8' locale 'C'");
        await using var connection = await OpenAsync(server, Template);
        foreach (var (isCopy, text, data) in Parts())
        {
            if (!isCopy)
            {
                await RunAsync(connection, text);
                continue;
            }
            await using var writer = await connection.BeginTextImportAsync(text);
            await writer.WriteAsync(data);
        }
        return server;
    }

    private static async Task<NpgsqlConnection> OpenAsync(TestServer server, string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        if (string.IsNullOrWhiteSpace(sql)) return;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A dump is statements, and between them COPY … FROM stdin with its rows up to <c>\.</c>, and VACUUM, which wants no company.</summary>
    private static IEnumerable<(bool IsCopy, string Text, string Data)> Parts()
    {
        var text = new StringBuilder();
        using var lines = File.ReadLines(CaseFile.Database).GetEnumerator();
        while (lines.MoveNext())
        {
            var isVacuum = lines.Current.StartsWith("vacuum", StringComparison.OrdinalIgnoreCase);
            if (!isVacuum && (!lines.Current.StartsWith("COPY ", StringComparison.Ordinal) || !lines.Current.EndsWith("FROM stdin;", StringComparison.Ordinal)))
            {
                text.Append(lines.Current).Append('\n');
                continue;
            }
            yield return (false, text.ToString(), "");
            text.Clear();
            if (isVacuum)
            {
                yield return (false, lines.Current, "");
                continue;
            }
            var copy = lines.Current;
            while (lines.MoveNext() && lines.Current != "\\.") text.Append(lines.Current).Append('\n');
            yield return (true, copy.TrimEnd(';'), text.ToString());
            text.Clear();
        }
        yield return (false, text.ToString(), "");
    }
}
