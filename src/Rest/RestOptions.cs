namespace Hedgerow.Rest;

/// <summary>
/// PostgREST's own settings under the same meaning (PostgREST, Configuration). Section <c>Rest</c>:
/// <c>HEDGEROW_Rest__Schemas=public,api</c>. Lists are comma lists.
/// </summary>
public sealed record RestOptions
{
    /// <summary>Schemas served, by default those of all applications; the first is the default profile. One that the database does not have is empty.</summary>
    public string Schemas { get; init; } = "public,appforge,app_builder,spike_land,web_builder";

    /// <summary>The role of a request without a token. Empty: such a request is answered 401.</summary>
    public string AnonRole { get; init; } = "anon";

    /// <summary>Schemas appended to the search path of every request.</summary>
    public string ExtraSearchPath { get; init; } = "public";

    /// <summary>A function (<c>schema.name</c>) that runs in each request's transaction before the statement. Empty: none.</summary>
    public string PreRequest { get; init; } = "";

    /// <summary>A function (<c>schema.name</c>) that says settings by <c>set_config('pgrst.…', …, true)</c> (PostgREST, In-Database Configuration). Empty: none.</summary>
    public string PreConfig { get; init; } = "";

    /// <summary>
    /// Whether settings are taken from the database: those of the login's own role (<c>ALTER ROLE authenticator SET pgrst.db_schemas = …</c>) and, below
    /// them, <see cref="PreConfig"/>'s. Both go before file and environment.
    /// </summary>
    public bool DbConfig { get; init; } = true;

    /// <summary>The channel on which reloads are asked for (<c>NOTIFY pgrst, 'reload schema'</c>).</summary>
    public string Channel { get; init; } = "pgrst";

    /// <summary>False where the database knows no LISTEN: behind a pooler in transaction mode, on a standby.</summary>
    public bool ChannelEnabled { get; init; } = true;

    /// <summary>Settings in a function's own SET clauses that hold for its whole transaction, comma list.</summary>
    public string HoistedTxSettings { get; init; } = "statement_timeout, plan_filter.statement_cost_limit, default_transaction_isolation";

    /// <summary>Upper bound on the rows of one answer. Null: none.</summary>
    public long? MaxRows { get; init; }

    /// <summary>commit, commit-allow-override, rollback, rollback-allow-override.</summary>
    public string TxEnd { get; init; } = "commit";

    public bool PlanEnabled { get; init; }
    public bool AggregatesEnabled { get; init; }

    /// <summary>follow-privileges, ignore-privileges, disabled.</summary>
    public string OpenApiMode { get; init; } = "follow-privileges";

    public bool OpenApiSecurityActive { get; init; }

    /// <summary>The URL that OpenAPI names as the server's, where a proxy stands in front. Empty: the request's own.</summary>
    public string OpenApiServerProxyUri { get; init; } = "";

    /// <summary>A function (<c>schema.name</c>) that answers at the root in place of OpenAPI. Empty: none.</summary>
    public string RootSpec { get; init; } = "";

    public bool ServerTiming { get; init; }

    /// <summary>Where REST is mounted; <c>/</c> serves at the root.</summary>
    public string BasePath { get; init; } = "/rest/v1";

    /// <summary>A JSON object; each member becomes a transaction-local setting of that name.</summary>
    public string AppSettings { get; init; } = "{}";

    /// <summary>PostgREST v16's <c>url-use-legacy-target-names</c>.</summary>
    public bool UseLegacyTargetNames { get; init; } = true;

    /// <summary>A request header that is echoed in the response. Empty: none.</summary>
    public string TraceHeader { get; init; } = "";

    /// <summary>Whether the request log tells the SQL of the requests that it tells (PostgREST's <c>log-query</c>); parameters stay out.</summary>
    public bool LogQuery { get; init; }

    /// <summary>verbose, minimal.</summary>
    public string ErrorVerbosity { get; init; } = "verbose";

    /// <summary>Largest request body in bytes; above it 413.</summary>
    public long MaxBodyBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Deepest nesting of embedded resources; above it 400.</summary>
    public int MaxEmbedDepth { get; init; } = 16;
}
