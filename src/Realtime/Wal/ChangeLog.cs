using NpgsqlTypes;

namespace Hedgerow.Realtime.Wal;

/// <summary>
/// The newest changes, in the order of their cursors, up to a number of bytes: what the dispatcher works through, and what clients that were away
/// for a while are served from. Whoever appends waits while the dispatcher is so far behind that memory would not hold what it has not seen.
/// </summary>
public sealed class ChangeLog(long capacity)
{
    private readonly Lock _lock = new();
    private LoggedChange[] _ring = new LoggedChange[1024];
    private int _first, _count;
    private long _bytes;
    private Cursor _from, _end, _dispatched;
    private TaskCompletionSource _grown = Signal(), _drained = Signal();

    /// <summary>Forgets everything: from now on it holds what is committed at <paramref name="from"/> and after.</summary>
    public void Restart(NpgsqlLogSequenceNumber from)
    {
        lock (_lock)
        {
            Array.Clear(_ring);
            (_first, _count, _bytes) = (0, 0, 0);
            _from = _end = _dispatched = Cursor.Before(from);
        }
    }

    /// <summary>It holds every change at or after this place.</summary>
    public Cursor From
    {
        get
        {
            lock (_lock) return _from;
        }
    }

    /// <summary>The last change it holds, or the place it begins at.</summary>
    public Cursor End
    {
        get
        {
            lock (_lock) return _end;
        }
    }

    public async ValueTask AppendAsync(LoggedChange change, CancellationToken cancellation)
    {
        while (true)
        {
            Task drained;
            lock (_lock)
            {
                if (_bytes + change.Bytes <= capacity || _count == 0 || _ring[_first].Cursor <= _dispatched)
                {
                    Append(change);
                    return;
                }
                drained = _drained.Task;
            }
            await drained.WaitAsync(cancellation);
        }
    }

    /// <summary>Up to <paramref name="most"/> changes after <paramref name="after"/>; null where some of them are forgotten already.</summary>
    public IReadOnlyList<LoggedChange>? Read(Cursor after, int most)
    {
        lock (_lock)
        {
            if (after < _from) return null;
            var start = Find(after);
            var taken = new LoggedChange[Math.Min(most, _count - start)];
            for (var i = 0; i < taken.Length; i++) taken[i] = _ring[(_first + start + i) % _ring.Length];
            return taken;
        }
    }

    /// <summary>Ends as soon as there is a change after <paramref name="after"/>.</summary>
    public Task GrownAsync(Cursor after)
    {
        lock (_lock) return _end > after && _count > 0 ? Task.CompletedTask : _grown.Task;
    }

    /// <summary>
    /// A place before every change that is not behind <paramref name="fence"/>, be it read already or not. Looks at the newest only: a transaction is
    /// never long between its commit record and its end.
    /// </summary>
    public Cursor FirstNotBehind(Delivery.Fence fence)
    {
        const int newest = 2000;
        lock (_lock)
        {
            var found = new Cursor(fence.Place, 0);
            if (_end < found) found = _end;
            var window = Math.Max(0, _count - newest);
            var first = window;
            while (first < _count && fence.IsBehind(At(first))) first++;
            // A large transaction may begin before what was looked at.
            while (first == window && first > 0 && !fence.IsBehind(At(first - 1))) window = --first;
            if (first < _count && At(first).Cursor is var cursor && cursor.Commit < fence.Place) found = cursor with { Position = cursor.Position - 1 };
            return found < _from ? _from : found;
        }
    }

    /// <summary>The dispatcher is done with everything up to <paramref name="cursor"/>.</summary>
    public void Dispatched(Cursor cursor)
    {
        TaskCompletionSource drained;
        lock (_lock)
        {
            _dispatched = cursor;
            drained = _drained;
            _drained = Signal();
        }
        drained.TrySetResult();
    }

    private void Append(LoggedChange change)
    {
        while (_count > 0 && _bytes + change.Bytes > capacity && _ring[_first].Cursor <= _dispatched)
        {
            // Behind the forgotten change: its transaction may be forgotten in part.
            _from = _ring[_first].Cursor;
            _bytes -= _ring[_first].Bytes;
            _ring[_first] = null!;
            _first = (_first + 1) % _ring.Length;
            _count--;
        }
        if (_count == _ring.Length) Grow();
        _ring[(_first + _count++) % _ring.Length] = change;
        _bytes += change.Bytes;
        _end = change.Cursor;
        var grown = _grown;
        _grown = Signal();
        grown.TrySetResult();
    }

    private LoggedChange At(int number) => _ring[(_first + number) % _ring.Length];

    private void Grow()
    {
        var larger = new LoggedChange[_ring.Length * 2];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_first + i) % _ring.Length];
        (_ring, _first) = (larger, 0);
    }

    /// <summary>How many of the changes are not after <paramref name="after"/>.</summary>
    private int Find(Cursor after)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ring[(_first + middle) % _ring.Length].Cursor <= after) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
