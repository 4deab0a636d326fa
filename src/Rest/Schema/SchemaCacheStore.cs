using System.Diagnostics;
using Npgsql;

namespace Hedgerow.Rest.Schema;

/// <summary>Holds the schema that requests plan against. A reload swaps it in one assignment; requests on their way keep theirs.</summary>
public sealed class SchemaCacheStore(NpgsqlDataSource database, RestOptions options)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile SchemaCache? _current;
    private long _asked, _done;

    /// <summary>Null until it was loaded for the first time (then requests are answered 503, PGRST002).</summary>
    public SchemaCache? Current => _current;

    /// <summary>Loads the schema. Of reloads that are asked for while one runs, one more is made for all of them.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach or refuses; the schema stays as it was.</exception>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        var ticket = Interlocked.Increment(ref _asked);
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_done >= ticket) return;
            var covers = Interlocked.Read(ref _asked);
            _current = await LoadAsync(cancellation);
            _done = covers;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Loads the schema where that was never done.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach or refuses.</exception>
    public async ValueTask<bool> IsLoadedAsync(CancellationToken cancellation)
    {
        if (_current is not null) return true;
        await _gate.WaitAsync(cancellation);
        try
        {
            // Whoever held the gate may have loaded it meanwhile.
            _current ??= await LoadAsync(cancellation);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<SchemaCache> LoadAsync(CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var schema = await SchemaCacheLoader.LoadAsync(database, options, cancellation);
            SchemaMetrics.Loaded(Stopwatch.GetElapsedTime(begun));
            return schema;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            SchemaMetrics.Failed();
            throw;
        }
    }
}
