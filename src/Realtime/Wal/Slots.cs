using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>
/// The replication slots of a database, which all gateways share (slots belong to the cluster, so their names hold the database's OID):
/// <list type="bullet">
/// <item><c>hedgerow_N_retention</c>: nobody reads it. It stands as far in the past as a client may come back from, and is moved on by whichever
/// gateway finds the time (<see cref="Retention"/>).</item>
/// <item><c>hedgerow_N_reader_1</c>, <c>_2</c> …: what a gateway follows the log through, the first number that is free. A gateway that was killed finds the
/// slot again where it stopped confirming, seconds before its death, so that it has in memory what its clients come back for.</item>
/// <item><c>hedgerow_N_replay_1</c> …: made for clients whose cursor is older than that, dropped afterwards (<see cref="Delivery.Replay"/>).</item>
/// </list>
/// Readers and replays begin as copies (<c>pg_copy_logical_replication_slot</c>): a copy can be read from any place that its original still holds, and
/// unlike a new slot it need not wait for the transactions that are open. None is temporary: a temporary slot belongs to the session that made it, and
/// would die with the server, with it the log that a client comes back for. What is left behind never holds more log than the retention slot,
/// because slots that nobody reads and that fell behind it are dropped; and never more than <c>max_slot_wal_keep_size</c>.
/// </summary>
public sealed class Slots(RealtimeDatabase database)
{
    private const int MostNumbers = 1000;

    private string? _prefix;

    private async Task<string> PrefixAsync(CancellationToken cancellation) => _prefix ??=
        "hedgerow_" + (await database.ScalarAsync<uint>("select oid from pg_database where datname = current_database()", cancellation)).ToString(CultureInfo.InvariantCulture);

    private async Task<string> RetentionSlotAsync(CancellationToken cancellation) => await PrefixAsync(cancellation) + "_retention";

    /// <summary>Makes the retention slot where there is none, and again where the server gave it up (<c>max_slot_wal_keep_size</c>).</summary>
    public async Task EnsureRetentionAsync(CancellationToken cancellation)
    {
        var name = await RetentionSlotAsync(cancellation);
        try
        {
            await database.ExecuteAsync("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and wal_status = 'lost'", cancellation, name);
            if (await OldestAsync(cancellation) is not null) return;
            await database.ExecuteAsync("select pg_create_logical_replication_slot($1, 'pgoutput')", cancellation, name);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.ObjectInUse)
        {
            // Another gateway does the same at this moment.
        }
    }

    /// <summary>The place from which on everything can be read again; null while there is no retention slot, or the server gave it up.</summary>
    public async Task<NpgsqlLogSequenceNumber?> OldestAsync(CancellationToken cancellation) =>
        await database.ScalarAsync<NpgsqlLogSequenceNumber?>(
            "select confirmed_flush_lsn from pg_replication_slots where slot_name = $1 and wal_status is distinct from 'lost'",
            cancellation, await RetentionSlotAsync(cancellation));

    /// <summary>Where the log ends at this moment.</summary>
    public async Task<NpgsqlLogSequenceNumber> EndOfLogAsync(CancellationToken cancellation) =>
        await database.ScalarAsync<NpgsqlLogSequenceNumber>("select pg_current_wal_insert_lsn()", cancellation);

    /// <summary>A slot of the given kind that nobody reads, made where all are taken, and the place from which it can be read.</summary>
    /// <returns>Null: no slot holds the log from there on.</returns>
    /// <param name="kind"><c>reader</c> or <c>replay</c>.</param>
    /// <param name="from">It must hold the log from here on; null: it is for following from now on, and begins where the furthest slot stands.</param>
    public async Task<ClaimedSlot?> ClaimAsync(string kind, NpgsqlLogSequenceNumber? from, IReadOnlySet<string> taken, CancellationToken cancellation)
    {
        var prefix = await PrefixAsync(cancellation);
        for (var number = 1; number <= MostNumbers; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}_{kind}_{number}");
            if (taken.Contains(name)) continue;
            var state = await StateAsync(name, cancellation);
            if (state is { Active: true }) continue;
            if (state is { Lost: true } || (state is { } && from < state.Confirmed))
            {
                if (!await TryDropAsync(name, cancellation)) continue;
                state = null;
            }
            if (state is null && !await TryCopyAsync(prefix, name, from, cancellation)) return null;
            state = await StateAsync(name, cancellation);
            if (state is { Active: false, Lost: false }) return new ClaimedSlot(name, state.Confirmed);
        }
        throw new InvalidOperationException($"All {MostNumbers} {kind} slots are taken.");
    }

    /// <summary>Moves the retention slot on, and drops slots that nobody reads and that fell behind it.</summary>
    public async Task RetainAsync(NpgsqlLogSequenceNumber from, CancellationToken cancellation)
    {
        try
        {
            await database.ExecuteAsync(
                "select pg_replication_slot_advance(slot_name, $2) from pg_replication_slots where slot_name = $1 and not active and confirmed_flush_lsn < $2",
                cancellation, await RetentionSlotAsync(cancellation), from);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            // Another gateway moves it.
        }
        await using var stale = database.Command(
            """
            select s.slot_name::text from pg_replication_slots s
            where s.database = current_database() and not s.active and (s.slot_name ~ ('^' || $1 || '_reader_\d+$') or s.slot_name ~ ('^' || $1 || '_replay_\d+$'))
              and (s.wal_status = 'lost' or s.confirmed_flush_lsn < (select r.confirmed_flush_lsn from pg_replication_slots r where r.slot_name = $1 || '_retention'))
            """, await PrefixAsync(cancellation));
        var names = new List<string>();
        await using (var row = await stale.ExecuteReaderAsync(cancellation))
            while (await row.ReadAsync(cancellation)) names.Add(row.GetString(0));
        foreach (var name in names) await TryDropAsync(name, cancellation);
    }

    /// <summary>Drops a slot that this process has just stopped reading; the server notices that a moment later.</summary>
    public async Task DropAsync(string name, CancellationToken cancellation)
    {
        while (!await TryDropAsync(name, cancellation)) await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
    }

    /// <summary>False where it is being read.</summary>
    private async Task<bool> TryDropAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await database.ExecuteAsync("select pg_drop_replication_slot($1)", cancellation, name);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            return false;
        }
    }

    private async Task<bool> TryCopyAsync(string prefix, string name, NpgsqlLogSequenceNumber? from, CancellationToken cancellation)
    {
        // The furthest slot that still holds what is asked for: the less log there is between, the sooner the copy is where it must be.
        const string copy =
            """
            select pg_copy_logical_replication_slot(s.slot_name, $2::name, false)
            from pg_replication_slots s
            where s.database = current_database() and s.plugin = 'pgoutput' and s.wal_status is distinct from 'lost'
              and s.slot_name ~ ('^' || $1 || '_(retention|reader_\d+)$') and ($3::pg_lsn is null or s.confirmed_flush_lsn <= $3)
            order by s.confirmed_flush_lsn desc limit 1
            """;
        try
        {
            await using var command = database.Command(copy, prefix, name);
            command.Parameters.Add(new NpgsqlParameter { Value = from ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.PgLsn });
            return await command.ExecuteScalarAsync(cancellation) is not null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateObject)
        {
            return true; // another gateway made it at this moment; whether it can be had is looked up next
        }
    }

    private async Task<SlotState?> StateAsync(string name, CancellationToken cancellation)
    {
        await using var ask = database.Command(
            "select active, coalesce(wal_status = 'lost', false), confirmed_flush_lsn from pg_replication_slots where slot_name = $1", name);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return null;
        return new SlotState(row.GetBoolean(0), row.GetBoolean(1), row.IsDBNull(2) ? default : row.GetFieldValue<NpgsqlLogSequenceNumber>(2));
    }

    private sealed record SlotState(bool Active, bool Lost, NpgsqlLogSequenceNumber Confirmed);
}

/// <summary>A slot that is this process' to read.</summary>
/// <param name="Confirmed">The first place from which it can be read.</param>
public sealed record ClaimedSlot(string Name, NpgsqlLogSequenceNumber Confirmed);
