using Npgsql;

namespace Hedgerow.Bench;

/// <summary>Where the benchmarks' PostgreSQL is: <c>--db</c>, else what <c>./hedgerow bench</c> has started.</summary>
internal static class BenchUrl
{
    /// <exception cref="InvalidOperationException">No database was named.</exception>
    public static string Of(string[] options)
    {
        var at = Array.IndexOf(options, "--db");
        return (at >= 0 && at + 1 < options.Length ? options[at + 1] : Environment.GetEnvironmentVariable("HEDGEROW_BENCH_DB"))
            ?? throw new InvalidOperationException("A database is needed: --db postgresql://superuser:password@127.0.0.1:5432/name.");
    }

    public static string ConnectionString(string url)
    {
        var uri = new Uri(url);
        var login = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port,
            Database = uri.AbsolutePath.Trim('/'),
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
            CommandTimeout = 120,
        }.ConnectionString;
    }
}
