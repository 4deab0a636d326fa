using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Realtime;
using Npgsql;

namespace Hedgerow.Gateway;

/// <summary>The pools of the gateway: one a room, each under its own login.</summary>
public static class Databases
{
    /// <summary>Far more than a quick request takes, far less than a person notices.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    /// <summary>REST's pool: the <c>authenticator</c>, or the given login where the database is served as it is.</summary>
    /// <exception cref="SettingException"><see cref="DbOptions.Url"/> cannot be read.</exception>
    public static NpgsqlDataSource ForRest(DbOptions options)
    {
        var connection = RestLogin(options);
        // An error's DETAIL is part of PostgREST's answer.
        connection.IncludeErrorDetail = true;
        connection.MaxPoolSize = options.PoolSize > 0 ? options.PoolSize : 4 * Environment.ProcessorCount;
        connection.Timeout = options.PoolTimeout;
        // A large answer passes through in fewer reads.
        connection.ReadBufferSize = 64 * 1024;
        // Each request is one transaction with local settings only: nothing is left to reset.
        connection.NoResetOnClose = true;
        // The same shape of request gives the same text, so a statement is worth preparing at once.
        connection.MaxAutoPrepare = options.PreparedStatements ? 200 : 0;
        connection.AutoPrepareMinUsages = 1;
        return Named(connection, "rest");
    }

    /// <summary>The connections of the same login that quick requests share; null where there shall be none, or the connection string rules them out.</summary>
    /// <exception cref="SettingException"><see cref="DbOptions.Url"/> cannot be read.</exception>
    public static Multiplexer? SharedForRest(DbOptions options)
    {
        if (!options.PreparedStatements) return null;
        var few = Math.Max(1, Environment.ProcessorCount / 2);
        var many = Math.Min(8 * Environment.ProcessorCount, 32);
        var reads = options.SharedReadConnections < 0 ? few : options.SharedReadConnections;
        var writes = options.SharedWriteConnections < 0 ? (options.GroupCommits ? few : many) : options.SharedWriteConnections;
        return reads + writes == 0 ? null : Multiplexer.For(RestLogin(options), reads, writes, options.GroupCommits, s_patience);
    }

    private static NpgsqlConnectionStringBuilder RestLogin(DbOptions options)
    {
        var connection = Parse(options.Url);
        if (!options.ServeAsLogin) BecomeLogin(connection, "authenticator", options.LoginSecret);
        connection.ApplicationName = "hedgerow-rest";
        return connection;
    }

    /// <summary>Auth's pool, as <c>hedgerow_auth</c>.</summary>
    /// <exception cref="SettingException"><see cref="DbOptions.Url"/> cannot be read.</exception>
    public static NpgsqlDataSource ForAuth(DbOptions options)
    {
        var connection = Parse(options.Url);
        BecomeLogin(connection, "hedgerow_auth", options.LoginSecret);
        connection.ApplicationName = "hedgerow-auth";
        connection.MaxPoolSize = options.AuthPoolSize;
        // What is set here is set for its transaction, and who listens stops listening: nothing is left to reset.
        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 100;
        connection.AutoPrepareMinUsages = 2;
        return Named(connection, "auth");
    }

    /// <summary>Realtime's login <c>hedgerow_realtime</c>: a pool, and what replication connects with.</summary>
    /// <exception cref="SettingException"><see cref="DbOptions.Url"/> cannot be read.</exception>
    public static RealtimeDatabase ForRealtime(GatewaySettings settings)
    {
        var connection = Parse(settings.Db.Url);
        BecomeLogin(connection, "hedgerow_realtime", settings.Db.LoginSecret);
        connection.ApplicationName = "hedgerow-realtime";
        // Values are compared by their text, and policies read with all names qualified: both must not depend on the server's settings.
        connection.Options = "-c search_path= -c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex -c statement_timeout=30s";
        var replication = connection.ConnectionString;
        connection.MaxPoolSize = settings.Realtime.PoolSize;
        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 200;
        connection.AutoPrepareMinUsages = 2;
        return new RealtimeDatabase(Named(connection, "realtime"), replication);
    }

    /// <summary>Storage's pool, as <c>hedgerow_storage</c>.</summary>
    /// <exception cref="SettingException"><see cref="DbOptions.Url"/> cannot be read.</exception>
    public static NpgsqlDataSource ForStorage(DbOptions options)
    {
        var connection = Parse(options.Url);
        BecomeLogin(connection, "hedgerow_storage", options.LoginSecret);
        connection.ApplicationName = "hedgerow-storage";
        connection.MaxPoolSize = options.StoragePoolSize > 0 ? options.StoragePoolSize : 4 * Environment.ProcessorCount;
        // As for REST: each request is one transaction with local settings, and its statements come again.
        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 100;
        connection.AutoPrepareMinUsages = 1;
        return Named(connection, "storage");
    }

    /// <summary>The name stands in the metrics in place of the connection string.</summary>
    private static NpgsqlDataSource Named(NpgsqlConnectionStringBuilder connection, string name) =>
        new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = name }.Build();

    private static void BecomeLogin(NpgsqlConnectionStringBuilder connection, string login, string secret)
    {
        connection.Username = login;
        connection.Password = LoginPasswords.Derive(secret, login);
    }

    private static NpgsqlConnectionStringBuilder Parse(string url)
    {
        try
        {
            return DatabaseUrl.Parse(url);
        }
        catch (SetupException e)
        {
            throw new SettingException("Db:Url", e.Message, e);
        }
    }
}
