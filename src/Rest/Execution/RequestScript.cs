using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;
using Hedgerow.Rest.Sql;

namespace Hedgerow.Rest.Execution;

/// <summary>Composes the transaction of a request: settings, pre-request function, statement, end (PostgREST, Transactions).</summary>
internal sealed class RequestScript(RestOptions options, RestSecrets secrets)
{
    private readonly ImmutableArray<KeyValuePair<string, string>> _appSettings = AppSettings.Parse(options.AppSettings);
    private readonly QualifiedName? _preRequest = options.PreRequest.Length == 0 ? null : FunctionName.Parse(options.PreRequest);
    private readonly string _extraSearchPath = string.Concat(
        SchemaList.Parse(options.ExtraSearchPath).Select(s => $", {Hedgerow.Postgres.Sql.Identifier(s)}"));

    public TransactionScript For(StatementPlan plan, ImmutableArray<SqlStatement> statements, ApiRequest request, SchemaCache schema) =>
        Compose(request, schema, (plan as CallPlan)?.Routine, readOnly: plan is ReadPlan or CallPlan { ReadOnly: true }, statements);

    /// <summary>A transaction of the caller's with other statements, such as those that OpenAPI asks.</summary>
    public TransactionScript ForCatalogue(ApiRequest request, SchemaCache schema, ImmutableArray<SqlStatement> statements) =>
        Compose(request, schema, null, readOnly: true, statements);

    private TransactionScript Compose(
        ApiRequest request, SchemaCache schema, Routine? routine, bool readOnly, ImmutableArray<SqlStatement> statements)
    {
        var role = schema.Roles.GetValueOrDefault(request.Caller.Role);
        return new TransactionScript
        {
            PlanKey = request.Caller.Role,
            Settings = Settings(request, role, routine),
            ReadOnly = readOnly,
            Isolation = Isolation(routine?.IsolationLevel ?? role?.IsolationLevel),
            PreRequest = _preRequest,
            Statements = statements,
            End = TransactionEnding.Of(options, request.Preferences),
        };
    }

    /// <summary>The role's own settings come before the role: the login may have the right to make them, the role need not.</summary>
    private ImmutableArray<KeyValuePair<string, string>> Settings(ApiRequest request, RoleSettings? role, Routine? routine)
    {
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(18);
        // SQL may have set these for its session rather than its transaction: the next request on that connection must not answer with them.
        settings.Add(new("response.headers", ""));
        settings.Add(new("response.status", ""));
        settings.Add(new("search_path", Hedgerow.Postgres.Sql.Identifier(request.Schema) + _extraSearchPath));
        if (role is not null) settings.AddRange(role.Settings);
        settings.Add(new("role", request.Caller.Role));
        settings.Add(new("request.jwt.claims", request.Caller.Claims));
        settings.Add(new("request.method", request.Method));
        settings.Add(new("request.path", request.Path));
        settings.Add(new("request.headers", request.HeadersJson));
        settings.Add(new("request.cookies", request.CookiesJson));
        if (request.Preferences.TimeZone is { } zone) settings.Add(new("timezone", zone));
        if (routine is not null)
        {
            settings.AddRange(routine.HoistedSettings);
            if (secrets.DecryptionKey is { } key) settings.Add(new("hedgerow.decryption_key", key));
        }
        settings.AddRange(_appSettings);
        return settings.ToImmutable();
    }

    private static IsolationLevel? Isolation(string? level) => level?.Replace(' ', '-').ToLowerInvariant() switch
    {
        "repeatable-read" => IsolationLevel.RepeatableRead,
        "serializable" => IsolationLevel.Serializable,
        "read-committed" or "read-uncommitted" => IsolationLevel.ReadCommitted,
        _ => null,
    };
}
