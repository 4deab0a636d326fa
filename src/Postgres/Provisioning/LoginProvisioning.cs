using Npgsql;

namespace Hedgerow.Postgres.Provisioning;

/// <summary>Gives the rooms' logins the passwords that every gateway derives from the same secret (<see cref="LoginPasswords"/>).</summary>
public static class LoginProvisioning
{
    /// <summary>Sets those passwords that differ. Sessions that are open stay open.</summary>
    /// <returns>The logins whose password was set.</returns>
    /// <exception cref="SetupException">A login does not exist, or its password may not be set.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlConnection connection, string loginSecret, IReadOnlyList<string> logins, CancellationToken cancellation)
    {
        var stored = await StoredAsync(connection, logins, cancellation);
        var set = new List<string>();
        foreach (var login in logins)
        {
            if (!stored.TryGetValue(login, out var verifier))
                throw new SetupException($"The login \"{login}\" does not exist.", "The platform's migrations make it; run them first.");
            var password = LoginPasswords.Derive(loginSecret, login);
            if (ScramVerifier.Matches(verifier, password)) continue;
            await SetAsync(connection, login, ScramVerifier.Create(password), cancellation);
            set.Add(login);
        }
        return set;
    }

    // The stored verifiers are a superuser's to read; null to everybody else, who then sets every password each time.
    private static async Task<Dictionary<string, string?>> StoredAsync(
        NpgsqlConnection connection, IReadOnlyList<string> logins, CancellationToken cancellation)
    {
        await using var may = new NpgsqlCommand("select has_column_privilege('pg_authid', 'rolpassword', 'SELECT')", connection);
        var readable = await may.ExecuteScalarAsync(cancellation) is true;
        await using var read = new NpgsqlCommand(
            readable ? "select rolname, rolpassword from pg_authid where rolname = any($1)" : "select rolname, null from pg_roles where rolname = any($1)",
            connection)
        {
            Parameters = { new() { Value = logins.ToArray() } },
        };
        var stored = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using var row = await read.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) stored[row.GetString(0)] = row.IsDBNull(1) ? null : row.GetString(1);
        return stored;
    }

    private static async Task SetAsync(NpgsqlConnection connection, string login, string verifier, CancellationToken cancellation)
    {
        try
        {
            await using var alter = new NpgsqlCommand($"alter role {Sql.Identifier(login)} password {Sql.Literal(verifier)}", connection);
            await alter.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new SetupException(
                $"The password of the login \"{login}\" may not be set: {error.MessageText}.",
                $"The login of the database URL needs CREATEROLE, and from PostgreSQL 16 on: grant {Sql.Identifier(login)} to it with admin option.", error);
        }
    }
}
