using Npgsql;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>A place for one shared connection, which is opened beside the requests: none of them waits for it.</summary>
/// <param name="groupsCommits">Whether it is for writes that wait for the disk together.</param>
internal sealed class Slot(ServerLogin login, bool groupsCommits) : IAsyncDisposable
{
    private const int RetryMilliseconds = 1_000;

    private readonly CancellationTokenSource _stopping = new();
    private MultiplexedConnection? _connection;
    private Task _opening = Task.CompletedTask;
    private long _retryAt;
    private int _isOpening;

    /// <summary>Null while there is none.</summary>
    public MultiplexedConnection? Connection
    {
        get
        {
            if (_connection is { IsClosed: false } open) return open;
            if (Environment.TickCount64 >= Volatile.Read(ref _retryAt) && Interlocked.Exchange(ref _isOpening, 1) == 0) _opening = Task.Run(OpenAsync);
            return null;
        }
    }

    private async Task OpenAsync()
    {
        try
        {
            _connection = await MultiplexedConnection.BeginAsync(await login.OpenAsync(_stopping.Token), groupsCommits, _stopping.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // Requests go on with connections of their own, where the driver says what is wrong.
            Volatile.Write(ref _retryAt, Environment.TickCount64 + RetryMilliseconds);
        }
        finally
        {
            Volatile.Write(ref _isOpening, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _opening;
        if (_connection is { } connection) await connection.DisposeAsync();
        _stopping.Dispose();
    }
}
