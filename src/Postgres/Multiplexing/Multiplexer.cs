using System.Collections.Concurrent;
using System.Collections.Immutable;
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

    /// <summary>Transactions in flight on one connection, be it reads or writes that commit together; past it a connection of one's own is the better place to wait.</summary>
    private const int InFlight = 64;

    /// <summary>Where each commit waits for the disk by itself, those on other connections share that wait, those behind it on the same one do not.</summary>
    private const int CommitsInFlight = 2;

    /// <summary>Bytes of a write that may have many rows, and hold up those behind it.</summary>
    private const int LongestWrite = 16 * 1024;

    private readonly KeyValuePair<string, string> _patience;
    private readonly Slot[] _reads;
    private readonly Slot[] _longReads;
    private readonly Slot[] _writes;

    /// <summary>Kinds of transactions that may share a connection.</summary>
    private readonly ConcurrentDictionary<string, Quick> _quick = new(StringComparer.Ordinal);

    private Multiplexer(ServerLogin login, int reads, int writes, bool groupsCommits, TimeSpan patience)
    {
        _patience = new("statement_timeout", ((int)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        Slot[] Slots(int count, bool grouping) => [.. Enumerable.Range(0, count).Select(_ => new Slot(login, grouping))];
        (_reads, _longReads, _writes) = (Slots(reads, false), Slots(reads, false), Slots(writes, groupsCommits));
    }

    /// <summary>Null where the connection string asks for what only the driver offers: then every transaction has a connection of its own.</summary>
    /// <param name="reads">Connections for short reads, and as many for long ones; 0: reads are left to the driver.</param>
    /// <param name="writes">Connections for writes; 0: writes are left to the driver.</param>
    /// <param name="groupsCommits">Writes in flight together wait for the disk together (<see cref="CommitGroup"/>).</param>
    /// <param name="patience">The longest that one transaction can hold up those behind it.</param>
    public static Multiplexer? For(NpgsqlConnectionStringBuilder to, int reads, int writes, bool groupsCommits, TimeSpan patience) =>
        ServerLogin.For(to) is { } login ? new(login, reads, writes, groupsCommits, patience) : null;

    /// <summary>Runs it as one pipeline; the rows of all its statements are the answer. Null: nothing was done, and it is for a connection of its own.</summary>
    /// <exception cref="NpgsqlException">The connection broke; whether a write was committed is not known.</exception>
    public async ValueTask<MultiplexedRows?> RunAsync(TransactionScript script)
    {
        if (!Takes(script) || !_quick.TryGetValue(Kind(script), out var quick) || Environment.TickCount64 < quick.From) return null;
        if (Send(script, quick.IsLong) is not { } exchange) return null;
        var rows = await exchange.Answer;
        if (exchange.IsSlow) _quick[Kind(script)] = new(Environment.TickCount64 + RestMilliseconds, quick.IsLong);
        else if (rows is null) _quick.TryRemove(Kind(script), out _);
        else if (rows.Length > Short != quick.IsLong) _quick[Kind(script)] = new(0, !quick.IsLong);
        return rows;
    }

    private Exchange? Send(TransactionScript script, bool isLong)
    {
        if (Least(!script.ReadOnly ? _writes : isLong ? _longReads : _reads) is not { } connection) return null;
        var settings = script.Settings.Add(_patience);
        // Alone it is answered sooner if it waits for the disk itself.
        var isGrouped = !script.ReadOnly && connection is { GroupsCommits: true, Pending: > 0 } && !Sets(script, CommitGroup.Setting.Key);
        if (isGrouped) settings = settings.Add(CommitGroup.Setting);
        var most = script.ReadOnly || connection.GroupsCommits ? InFlight : CommitsInFlight;
        return connection.Send(SettingsStatement.Of(settings, script.ReadOnly), script.PreRequestStatement(), script.Statements, !script.ReadOnly, isGrouped, most);
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
        if (!script.ReadOnly && Bytes(script.Statements) > LongestWrite) return false;
        return !(Sets(script, "statement_timeout") || Sets(script, "lock_timeout") || Sets(script, "transaction_timeout"));
    }

    private static bool Sets(TransactionScript script, string name)
    {
        foreach (var setting in script.Settings)
        {
            if (setting.Key == name) return true;
        }
        return false;
    }

    private static long Bytes(ImmutableArray<SqlStatement> statements)
    {
        var bytes = 0L;
        foreach (var statement in statements)
        {
            foreach (var value in statement.Values) bytes += value.Text?.Length ?? value.Bytes?.Length ?? 0;
        }
        return bytes;
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
