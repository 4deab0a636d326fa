using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>Asks the catalogue whether the login may do what the scripts are about to, before the first of them runs.</summary>
public static class SetupRights
{
    /// <summary>The oldest major version that is supported, and the first in which CREATEROLE may hand BYPASSRLS and REPLICATION on.</summary>
    private const int Oldest = 15, HandsAttributesOn = 16;

    private sealed record Login(string Name, string Database, bool Superuser, bool CreateRole, bool BypassRls, bool Replication, bool CreateInDatabase);

    /// <exception cref="SetupException">The server is older than 15.</exception>
    public static void DemandVersion(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < Oldest)
            throw new SetupException($"The server is PostgreSQL {connection.PostgreSqlVersion}; Hedgerow needs 15 or newer.", "Use a newer server.");
    }

    /// <summary>A database that is set up already is changed by those alone who hold the rights of its owner role.</summary>
    /// <exception cref="SetupException">The login does not hold them.</exception>
    public static async Task DemandOwnershipAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select current_user, current_database(), pg_get_userbyid(nspowner)
            from pg_namespace where nspname = 'hedgerow' and not pg_has_role(nspowner, 'USAGE')
            """, connection);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return;
        var (login, database, owner) = (row.GetString(0), row.GetString(1), row.GetString(2));
        throw new SetupException(
            $"The login \"{login}\" may not change the database \"{database}\": it lacks membership in {owner}.",
            $"As a superuser: grant {Sql.Identifier(owner)} to {Sql.Identifier(login)}; or serve the database as it is with --no-migrate. Nothing was changed.");
    }

    /// <exception cref="SetupException">Rights are missing; all of them are named, and the statements that give them.</exception>
    public static async Task DemandAsync(NpgsqlConnection connection, IReadOnlyList<PlatformRole> roles, CancellationToken cancellation)
    {
        var login = await LoginAsync(connection, cancellation);
        if (login.Superuser) return;

        var missing = await MissingAsync(connection, roles, cancellation);
        var handsOn = connection.PostgreSqlVersion.Major >= HandsAttributesOn;
        var lacks = new List<string>();
        var mends = new List<string>();
        var attributes = new List<string>();

        if (missing.Count > 0 && !login.CreateRole) attributes.Add("CREATEROLE");
        if (missing.Any(role => role.BypassRls) && (!login.BypassRls || !handsOn)) attributes.Add(handsOn ? "BYPASSRLS" : "SUPERUSER");
        if (missing.Any(role => role.Replication) && (!login.Replication || !handsOn)) attributes.Add(handsOn ? "REPLICATION" : "SUPERUSER");
        // Before 16, only a superuser makes a role that has BYPASSRLS or REPLICATION, and a superuser needs nothing else.
        if (attributes.Contains("SUPERUSER")) attributes = ["SUPERUSER"];
        if (attributes.Count > 0)
        {
            lacks.AddRange(attributes);
            mends.Add($"alter role {Sql.Identifier(login.Name)} {string.Join(' ', attributes).ToLowerInvariant()};");
        }
        var ordinary = !attributes.Contains("SUPERUSER");
        if (ordinary && await LacksDatabaseAsync(connection, roles, cancellation))
        {
            lacks.Add($"ownership of database {login.Database}");
            mends.Add($"alter database {Sql.Identifier(login.Database)} owner to {Sql.Identifier(login.Name)};");
        }
        else if (ordinary && !login.CreateInDatabase)
        {
            lacks.Add($"CREATE on database {login.Database}");
            mends.Add($"grant create on database {Sql.Identifier(login.Database)} to {Sql.Identifier(login.Name)};");
        }
        if (await LacksOwnerAsync(connection, login, roles, cancellation))
        {
            lacks.Add($"membership in {MigrationRunner.Owner}");
            mends.Add($"grant {MigrationRunner.Owner} to {Sql.Identifier(login.Name)};");
        }
        if (lacks.Count == 0) return;

        var need = attributes.Contains("SUPERUSER")
            ? $" (PostgreSQL {connection.PostgreSqlVersion.Major} lets nobody else make roles with BYPASSRLS or REPLICATION)"
            : "";
        throw new SetupException(
            $"The login \"{login.Name}\" may not set up the database \"{login.Database}\": it lacks {string.Join(", ", lacks)}{need}.",
            $"As a superuser: {string.Join(' ', mends)} Nothing was changed.");
    }

    private static async Task<Login> LoginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select rolname, current_database(), rolsuper, rolcreaterole, rolbypassrls, rolreplication,
                   has_database_privilege(current_database(), 'CREATE')
            from pg_roles where rolname = current_user
            """, connection);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5), row.GetBoolean(6));
    }

    // Roles that do not exist yet, or lack an attribute that the scripts will give them.
    private static async Task<List<PlatformRole>> MissingAsync(
        NpgsqlConnection connection, IReadOnlyList<PlatformRole> roles, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand("select rolname, rolbypassrls, rolreplication from pg_roles where rolname = any($1)", connection)
        {
            Parameters = { new() { Value = roles.Select(role => role.Name).ToArray() } },
        };
        var there = new Dictionary<string, (bool BypassRls, bool Replication)>();
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) there[row.GetString(0)] = (row.GetBoolean(1), row.GetBoolean(2));
        return [.. roles.Where(role =>
            !there.TryGetValue(role.Name, out var has) || (role.BypassRls && !has.BypassRls) || (role.Replication && !has.Replication))];
    }

    // The platform's scripts hand the schema public and rights on the database over to the owner role: the database's owner may, CREATE is not enough.
    private static async Task<bool> LacksDatabaseAsync(NpgsqlConnection connection, IReadOnlyList<PlatformRole> roles, CancellationToken cancellation)
    {
        if (roles.All(role => role.Name != MigrationRunner.Owner)) return false;
        await using var ask = new NpgsqlCommand(
            """
            select not pg_has_role(d.datdba, 'USAGE')
              and not exists (select from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname = 'public' and r.rolname = $1)
            from pg_database d where d.datname = current_database()
            """, connection)
        {
            Parameters = { new() { Value = MigrationRunner.Owner } },
        };
        return await ask.ExecuteScalarAsync(cancellation) is true;
    }

    // The owner role is there (another database of the cluster has it), and the login can neither become it nor give itself the right to.
    private static async Task<bool> LacksOwnerAsync(
        NpgsqlConnection connection, Login login, IReadOnlyList<PlatformRole> roles, CancellationToken cancellation)
    {
        if (roles.All(role => role.Name != MigrationRunner.Owner)) return false;
        await using var ask = new NpgsqlCommand(
            "select exists (select from pg_roles where rolname = $1 and not pg_has_role(oid, 'MEMBER') and not pg_has_role(oid, 'MEMBER WITH ADMIN OPTION'))",
            connection)
        {
            Parameters = { new() { Value = MigrationRunner.Owner } },
        };
        var mayGrant = login.CreateRole && connection.PostgreSqlVersion.Major < HandsAttributesOn;
        return !mayGrant && await ask.ExecuteScalarAsync(cancellation) is true;
    }
}
