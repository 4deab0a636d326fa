using System.Collections.Frozen;
using Hedgerow.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Gateway.Configuration;

/// <summary>
/// PostgREST's in-database configuration: settings <c>pgrst.*</c> of the login's own role, and below them those that a function makes
/// (PostgREST, In-Database Configuration). Settings of the database alone do not count.
/// </summary>
internal static class InDatabaseSettings
{
    private const string Prefix = "pgrst.";
    private const string PreConfig = "db_pre_config";

    /// <summary>PostgREST's names, and those that the settings have here.</summary>
    private static readonly FrozenDictionary<string, string> s_names = new Dictionary<string, string>
    {
        ["client_error_verbosity"] = "Rest:ErrorVerbosity",
        ["db_aggregates_enabled"] = "Rest:AggregatesEnabled",
        ["db_anon_role"] = "Rest:AnonRole",
        ["db_extra_search_path"] = "Rest:ExtraSearchPath",
        ["db_hoisted_tx_settings"] = "Rest:HoistedTxSettings",
        ["db_max_rows"] = "Rest:MaxRows",
        ["db_plan_enabled"] = "Rest:PlanEnabled",
        ["db_pre_request"] = "Rest:PreRequest",
        ["db_root_spec"] = "Rest:RootSpec",
        ["db_schemas"] = "Rest:Schemas",
        ["db_tx_end"] = "Rest:TxEnd",
        ["jwt_aud"] = "Jwt:Audience",
        ["jwt_cache_max_entries"] = "Jwt:CacheMaxEntries",
        ["jwt_role_claim_key"] = "Jwt:RoleClaimKey",
        ["jwt_secret"] = "Jwt:Secret",
        ["jwt_secret_is_base64"] = "Jwt:SecretIsBase64",
        ["openapi_mode"] = "Rest:OpenApiMode",
        ["openapi_security_active"] = "Rest:OpenApiSecurityActive",
        ["openapi_server_proxy_uri"] = "Rest:OpenApiServerProxyUri",
        ["server_cors_allowed_origins"] = "Gateway:CorsAllowedOrigins",
        ["server_timing_enabled"] = "Rest:ServerTiming",
        ["server_trace_header"] = "Rest:TraceHeader",
        ["url_use_legacy_target_names"] = "Rest:UseLegacyTargetNames",
    }.ToFrozenDictionary();

    private const string RoleSettings = """
        select pg_catalog.substr(c.setting, 1, pg_catalog.strpos(c.setting, '=') - 1), pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1)
        from pg_catalog.pg_db_role_setting s
        cross join pg_catalog.unnest(s.setconfig) c(setting)
        where s.setrole = (select oid from pg_catalog.pg_roles where rolname = current_user)
          and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
        order by s.setdatabase  -- what holds for this database comes last, and wins
        """;

    /// <summary>The settings by their names here. Names of PostgREST's that have no counterpart are left out.</summary>
    /// <param name="preConfig">The function that says settings, as <c>Rest:PreConfig</c> names it; the role's own settings may name another.</param>
    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    /// <exception cref="SettingException">The function failed.</exception>
    public static async Task<Dictionary<string, string?>> ReadAsync(NpgsqlDataSource database, string preConfig, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var ofRole = new Dictionary<string, string>();
        await using (var command = new NpgsqlCommand(RoleSettings, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                if (reader.GetString(0) is var name && name.StartsWith(Prefix, StringComparison.Ordinal)) ofRole[name[Prefix.Length..]] = reader.GetString(1);
        }

        preConfig = ofRole.GetValueOrDefault(PreConfig, preConfig);
        var settings = new Dictionary<string, string>();
        try
        {
            if (preConfig.Length > 0) settings = await CallAsync(connection, preConfig, cancellation);
        }
        catch (PostgresException e)
        {
            throw new SettingException("Rest:PreConfig", $"its function failed: {e.MessageText} ({e.SqlState})", e);
        }
        foreach (var (name, value) in ofRole) settings[name] = value;
        return settings.Where(s => s_names.ContainsKey(s.Key)).ToDictionary(s => s_names[s.Key], s => (string?)s.Value);
    }

    /// <summary>What the function set, told in the transaction in which it did.</summary>
    private static async Task<Dictionary<string, string>> CallAsync(NpgsqlConnection connection, string function, CancellationToken cancellation)
    {
        var dot = function.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? new QualifiedName("", function) : new QualifiedName(function[..dot], function[(dot + 1)..]);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("begin read only"));
        batch.BatchCommands.Add(new($"select from {Sql.Identifier(name)}()"));
        var ask = new NpgsqlBatchCommand("select name, pg_catalog.current_setting(name, true) from pg_catalog.unnest($1) name");
        ask.Parameters.Add(new() { Value = s_names.Keys.Select(n => Prefix + n).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        batch.BatchCommands.Add(ask);
        batch.BatchCommands.Add(new("commit"));

        var settings = new Dictionary<string, string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            while (await reader.ReadAsync(cancellation))
            {
                // A setting that was made once in this session is the empty text ever after rather than unknown.
                if (reader.FieldCount == 2 && !await reader.IsDBNullAsync(1, cancellation) && reader.GetString(1) is { Length: > 0 } value)
                    settings[reader.GetString(0)[Prefix.Length..]] = value;
            }
        }
        while (await reader.NextResultAsync(cancellation));
        return settings;
    }
}
