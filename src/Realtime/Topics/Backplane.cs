using System.Threading.Channels;
using Hedgerow.Realtime.Presence;
using Hedgerow.Realtime.Wal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Realtime.Topics;

/// <summary>
/// The way between gateways: messages written into the write-ahead log outside of any transaction (<c>pg_logical_emit_message</c>), which every gateway's
/// reader meets. While one batch is being written the next gathers. Such a message is not flushed by itself, and readers see flushed log only: the
/// last of a batch flushes, before PostgreSQL 17 (which can say so) by giving the transaction an id, so that its commit does.
/// </summary>
public sealed class Backplane(RealtimeDatabase database, ILogger<Backplane> logger)
{
    private const string Prefix = "hedgerow";
    private const int BatchSize = 500, Capacity = 10_000;

    private readonly Guid _self = Guid.NewGuid();
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>This gateway's name among the others.</summary>
    public Guid Self => _self;

    private enum Kind : byte { Broadcast = 1, Presence = 2 }

    public void Send(Broadcast message) => Send(Kind.Broadcast, message.WriteTo);

    internal void Send(PresenceNews news) => Send(Kind.Presence, news.WriteTo);

    /// <summary>Takes what the reader met; our own messages were handed out when they were sent.</summary>
    internal void Receive(WalMessage.Emitted emitted, Action<Broadcast> broadcast, Action<Guid, PresenceNews> presence)
    {
        if (emitted.Prefix != Prefix || emitted.Content.Length < 17) return;
        using var reader = new BinaryReader(new MemoryStream(emitted.Content.ToArray()));
        var sender = new Guid(reader.ReadBytes(16));
        if (sender == _self) return;
        switch ((Kind)reader.ReadByte())
        {
            case Kind.Broadcast when Read(reader, Broadcast.ReadFrom) is { } message:
                broadcast(message);
                break;
            case Kind.Presence when Read(reader, PresenceNews.ReadFrom) is { } news:
                presence(sender, news);
                break;
        }
    }

    /// <summary>Whoever may run SQL may write such messages: one that no gateway wrote is passed over.</summary>
    private static T? Read<T>(BinaryReader reader, Func<BinaryReader, T> read) where T : class
    {
        try
        {
            return read(reader);
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or OverflowException or OutOfMemoryException)
        {
            return null;
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await _outgoing.Reader.WaitToReadAsync(stopping))
        {
            var batch = new List<byte[]>();
            while (batch.Count < BatchSize && _outgoing.Reader.TryRead(out var message)) batch.Add(message);
            try
            {
                await EmitAsync(batch, stopping);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                // Broadcast is for the moment: what could not be passed on is not kept.
                Log.BackplaneFailed(logger, batch.Count, e.Message);
            }
        }
    }

    private async Task EmitAsync(List<byte[]> batch, CancellationToken stopping)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(stopping);
        var emit = connection.PostgreSqlVersion.Major >= 17
            ? "select count(pg_logical_emit_message(false, $1, m.content, m.n = $3)) from unnest($2::bytea[]) with ordinality as m (content, n)"
            : "select count(pg_logical_emit_message(false, $1, m.content)), pg_current_xact_id(), $3 from unnest($2::bytea[]) with ordinality as m (content, n)";
        await using var command = new NpgsqlCommand(emit, connection)
        {
            Parameters = { new() { Value = Prefix }, new NpgsqlParameter<byte[][]> { TypedValue = [.. batch] }, new() { Value = (long)batch.Count } },
        };
        await command.ExecuteNonQueryAsync(stopping);
    }

    private void Send(Kind kind, Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(_self.ToByteArray());
            writer.Write((byte)kind);
            write(writer);
        }
        _outgoing.Writer.TryWrite(buffer.ToArray());
    }
}
