using System.Collections.Concurrent;
using System.Globalization;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>
/// Runs quick transactions on a few connections that all requests share. Under load that costs the gateway a third less than the driver's
/// way of a connection a request, and PostgreSQL less as well: fewer wake-ups, fewer processes that take turns.
/// </summary>
/// <remarks>
/// A transaction on a shared connection waits for those before it, so only such get there as were quick and short the last time, on a
/// connection of their own; the server cuts what is not quick after all (<c>statement_timeout</c>), and what fails in any way is undone. In each such case
/// <see cref="RunAsync"/> gives no answer and the caller runs the transaction on a connection of its own, where the driver explains what is wrong with it.
/// </remarks>
public sealed class Multiplexer : IAsyncDisposable
{
    /// <summary>What ran within this on a connection of its own is quick.</summary>
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(20);

    /// <summary>Rows of more bytes have connections of their own to share, so that nobody short waits behind them.</summary>
    private const int Short = 64 * 1024;

    /// <summary>Rows of more bytes than this are for a connection that streams.</summary>
    private const int Longest = 256 * 1024;

    private const int MostTexts = 10_000;

    /// <summary>What was cut stays away for so long: what is slow for some callers only would be thought quick again at once, and hold up everybody each time.</summary>
    private const int RestMilliseconds = 60_000;

    /// <summary>Reads in flight on one connection; past it a connection of one's own is the better place to wait.</summary>
    private const int ReadsInFlight = 32;

    /// <summary>A commit waits for the disk, and those on other connections share that wait, those behind it on the same one do not.</summary>
    private const int WritesInFlight = 2;

    private readonly KeyValuePair<string, string> _patience;
    private readonly Slot[] _reads;
    private readonly Slot[] _longReads;
    private readonly Slot[] _writes;

    /// <summary>Kinds of transactions that may share a connection.</summary>
    private readonly ConcurrentDictionary<string, Quick> _quick = new(StringComparer.Ordinal);

    private Multiplexer(ServerLogin login, int reads, int writes, TimeSpan patience)
    {
        _patience = new("statement_timeout", ((int)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        Slot[] Slots(int count) => [.. Enumerable.Range(0, count).Select(_ => new Slot(login))];
        (_reads, _longReads, _writes) = (Slots(reads), Slots(reads), Slots(writes));
    }

    /// <summary>Null where the connection string asks for what only the driver offers: then every transaction has a connection of its own.</summary>
    /// <param name="reads">Connections for short reads, and as many for long ones; 0: reads are left to the driver.</param>
    /// <param name="writes">Connections for writes; 0: writes are left to the driver.</param>
    /// <param name="patience">The longest that one transaction can hold up those behind it.</param>
    public static Multiplexer? For(NpgsqlConnectionStringBuilder to, int reads, int writes, TimeSpan patience) =>
        ServerLogin.For(to) is { } login ? new(login, reads, writes, patience) : null;

    /// <summary>Runs it as one pipeline; the rows of all its statements are the answer. Null: nothing was done, and it is for a connection of its own.</summary>
    /// <exception cref="NpgsqlException">The connection broke; whether a write was committed is not known.</exception>
    public async ValueTask<MultiplexedRows?> RunAsync(TransactionScript script)
    {
        if (!Takes(script) || !_quick.TryGetValue(Kind(script), out var quick) || Environment.TickCount64 < quick.From) return null;
        var settings = SettingsStatement.Of(script.Settings.Add(_patience), script.ReadOnly);
        var (slots, most) = !script.ReadOnly ? (_writes, WritesInFlight) : (quick.IsLong ? _longReads : _reads, ReadsInFlight);
        if (Least(slots)?.Send(settings, script.PreRequestStatement(), script.Statements, !script.ReadOnly, most) is not { } exchange) return null;
        var rows = await exchange.Answer;
        if (exchange.IsSlow) _quick[Kind(script)] = new(Environment.TickCount64 + RestMilliseconds, quick.IsLong);
        else if (rows is null) _quick.TryRemove(Kind(script), out _);
        else if (rows.Length > Short != quick.IsLong) _quick[Kind(script)] = new(0, !quick.IsLong);
        return rows;
    }

    /// <summary>Tells how a transaction went on a connection of its own.</summary>
    /// <param name="elapsed">From when it had the connection.</param>
    /// <param name="bytes">Of the answer.</param>
    public void Learn(TransactionScript script, TimeSpan elapsed, long bytes)
    {
        if (elapsed > s_quick || bytes > Longest || !Takes(script)) return;
        if (_quick.Count >= MostTexts) _quick.Clear();
        _quick.TryAdd(Kind(script), new(0, bytes > Short));
    }

    /// <summary>Transactions alike but for their values.</summary>
    private static string Kind(TransactionScript script) => script.Statements[0].Text;

    /// <summary>One Sync is one transaction of the default kind, which commits; limits of one's own would be overridden.</summary>
    private bool Takes(TransactionScript script)
    {
        if (script.ReadOnly && _reads.Length == 0) return false;
        if (script.Isolation is not null || script.End != TransactionEnd.Commit) return false;
        foreach (var setting in script.Settings)
        {
            if (setting.Key is "statement_timeout" or "lock_timeout" or "transaction_timeout") return false;
        }
        return true;
    }

    private static MultiplexedConnection? Least(Slot[] slots)
    {
        MultiplexedConnection? least = null;
        foreach (var slot in slots)
        {
            if (slot.Connection is { } connection && (least is null || connection.Pending < least.Pending)) least = connection;
        }
        return least;
    }

    /// <param name="From">When it may share again (<see cref="Environment.TickCount64"/>).</param>
    /// <param name="IsLong">Its rows were more than <see cref="Short"/> the last time.</param>
    private readonly record struct Quick(long From, bool IsLong);

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _reads.Concat(_longReads).Concat(_writes)) await slot.DisposeAsync();
    }
}
