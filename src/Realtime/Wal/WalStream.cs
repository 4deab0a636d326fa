using System.Runtime.CompilerServices;
using Npgsql.Replication;
using Npgsql.Replication.Internal;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>One replication connection that reads a slot: the live reader's, or a replay's.</summary>
public sealed class WalStream : IAsyncDisposable
{
    // PostgreSQL asks for a sign of life after half its wal_sender_timeout (60 s); ours comes earlier, and moves the slot on.
    private static readonly TimeSpan s_statusInterval = TimeSpan.FromSeconds(2);

    private readonly LogicalReplicationConnection _connection;
    private readonly PgOutputDecoder _decoder = new();
    private NpgsqlLogSequenceNumber _behindLastCommit;

    private WalStream(LogicalReplicationConnection connection) => _connection = connection;

    /// <exception cref="Npgsql.NpgsqlException">The server cannot be reached.</exception>
    public static async Task<WalStream> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = new LogicalReplicationConnection(connectionString)
        {
            WalReceiverStatusInterval = s_statusInterval,
            WalReceiverTimeout = TimeSpan.FromSeconds(60),
        };
        try
        {
            await connection.Open(cancellation);
            return new WalStream(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Everything before it was decoded: all that is committed below has been handed out. A quiet database moves it on as well.
    /// </summary>
    public NpgsqlLogSequenceNumber Position =>
        !_decoder.InTransaction && _connection.LastReceivedLsn > _behindLastCommit ? _connection.LastReceivedLsn : _behindLastCommit;

    /// <summary>Tells the server, with the next sign of life, that the log below is not needed by this slot any more.</summary>
    public void Release(NpgsqlLogSequenceNumber below)
    {
        if (below > _connection.LastFlushedLsn) _connection.SetReplicationStatus(below);
    }

    /// <summary>What was committed at <paramref name="from"/> and after.</summary>
    /// <exception cref="Npgsql.PostgresException">The slot is read by another process (55006), gone (42704) or has lost its log (55000).</exception>
    public async IAsyncEnumerable<WalMessage> ReadAsync(
        string slot, NpgsqlLogSequenceNumber from, string publications, [EnumeratorCancellation] CancellationToken cancellation)
    {
        _behindLastCommit = from;
        var options = new Dictionary<string, string?>
        {
            ["proto_version"] = "1",
            ["publication_names"] = publications,
            ["messages"] = "true",
        };
        var logical = new Slot(slot, from);
        await foreach (var data in _connection.StartLogicalReplication(logical, cancellation, from, options))
        {
            var message = new byte[data.Data.Length];
            await data.Data.ReadExactlyAsync(message, cancellation);
            for (var meaning = _decoder.Decode(message); meaning is not null; meaning = _decoder.Next())
            {
                if (meaning is WalMessage.Committed committed) _behindLastCommit = committed.End;
                yield return meaning;
            }
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private sealed class Slot(string name, NpgsqlLogSequenceNumber from) : LogicalReplicationSlot("pgoutput", new ReplicationSlotOptions(name, from));
}
