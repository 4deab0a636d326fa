using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Execution;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Rest;

/// <summary>
/// REST under the options in force. Other options bring a schema cache of their own and hold from the moment it is loaded, so that no request is
/// planned against the schema of other options; requests on their way keep theirs.
/// </summary>
public sealed class LiveRest
{
    private sealed record State(RestOptions Options, SchemaCacheStore Schemas, RestHandler Handler);

    private readonly NpgsqlDataSource _database;
    private readonly Multiplexer? _shared;
    private readonly RestSecrets _secrets;
    private readonly ILogger<LiveRest> _logger;
    private volatile State _state;

    internal LiveRest(RestOptions options, NpgsqlDataSource database, Multiplexer? shared, RestSecrets secrets, ILogger<LiveRest> logger)
    {
        (_database, _shared, _secrets, _logger) = (database, shared, secrets, logger);
        _state = StateOf(options);
    }

    public RestOptions Options => _state.Options;

    /// <summary>Null until it was loaded for the first time.</summary>
    public SchemaCache? Schema => _state.Schemas.Current;

    /// <summary>Takes other options; returns once they hold. Not for several callers at once.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach or refuses; the options before stay in force.</exception>
    public async Task UseAsync(RestOptions options, CancellationToken cancellation)
    {
        if (options == Options) return;
        var next = StateOf(options);
        await next.Schemas.ReloadAsync(cancellation);
        _state = next;
    }

    /// <inheritdoc cref="SchemaCacheStore.ReloadAsync"/>
    public Task ReloadSchemaAsync(CancellationToken cancellation) => _state.Schemas.ReloadAsync(cancellation);

    /// <inheritdoc cref="SchemaCacheStore.IsLoadedAsync"/>
    public ValueTask<bool> IsLoadedAsync(CancellationToken cancellation) => _state.Schemas.IsLoadedAsync(cancellation);

    internal Task HandleAsync(HttpContext context) => _state.Handler.HandleAsync(context);

    private State StateOf(RestOptions options)
    {
        var schemas = new SchemaCacheStore(_database, options);
        var scripts = new RequestScript(options, _secrets);
        return new State(options, schemas, new RestHandler(
            options, new ApiRequestParser(options), schemas,
            new StatementRunner(_database, _shared, options, scripts), new DescriptionRunner(_database, options, scripts), _logger));
    }
}
