using System.Globalization;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Delivery;

/// <summary>
/// The moment from which a subscription without a cursor hears. An LSN alone would not do: a transaction's commit record is in the log, and may even have
/// been read by us, before the transaction is over for everybody else. So the fence is a place in the log together with a snapshot: what was committed
/// below it is passed over only where the snapshot saw it. Whatever commits after the acknowledgement, as its own client sees it, is delivered.
/// </summary>
public sealed class Fence
{
    /// <summary>The snapshot is taken before the place is read.</summary>
    public const string Ask = "select pg_current_snapshot()::text, pg_current_wal_insert_lsn()";

    private readonly HashSet<uint> _running;
    private readonly uint _next;

    /// <param name="snapshot"><c>xmin:xmax:xip,…</c> (PostgreSQL documentation, 9.27.6).</param>
    /// <param name="place">Where the log ended.</param>
    public Fence(string snapshot, ulong place)
    {
        var parts = snapshot.Split(':');
        Place = place;
        _next = (uint)ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        _running = [.. parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(xid => (uint)ulong.Parse(xid, CultureInfo.InvariantCulture))];
    }

    public ulong Place { get; }

    /// <summary>Whether the subscriber, reading its rows after the acknowledgement, finds the change there already.</summary>
    public bool IsBehind(LoggedChange change) => change.Cursor.Commit < Place && Saw(change.Transaction);

    // Transaction ids wrap around; those in a snapshot are never half the circle apart.
    private bool Saw(uint transaction) => !_running.Contains(transaction) && (int)(transaction - _next) < 0;
}
