using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Tests.Unit.Realtime;

public sealed class ChangeLogTests
{
    private static readonly Relation s_table = new(1, default, []);

    [Fact]
    public async Task It_forgets_the_oldest_of_what_was_dispatched_and_says_so()
    {
        var log = new ChangeLog(1000);
        log.Restart(new(1));
        for (var i = 1ul; i <= 5; i++)
        {
            await log.AppendAsync(Change(i, 400), CancellationToken.None);
            log.Dispatched(new Cursor(i, 1));
        }

        Assert.Null(log.Read(new Cursor(1, 0), 10));
        Assert.Equal([4ul, 5ul], log.Read(log.From, 10)!.Select(change => change.Cursor.Commit));
        Assert.Equal([5ul], log.Read(new Cursor(4, 1), 10)!.Select(change => change.Cursor.Commit));
        Assert.Empty(log.Read(new Cursor(5, 1), 10)!);
    }

    [Fact]
    public async Task Whoever_appends_waits_for_the_dispatcher_rather_than_for_memory()
    {
        var log = new ChangeLog(1000);
        log.Restart(new(1));
        await log.AppendAsync(Change(1, 600), CancellationToken.None);

        var waiting = log.AppendAsync(Change(2, 600), CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        log.Dispatched(new Cursor(1, 1));
        await waiting;

        Assert.Equal(new Cursor(2, 1), log.End);
    }

    [Fact]
    public async Task A_restart_leaves_a_gap_that_is_seen()
    {
        var log = new ChangeLog(1000);
        log.Restart(new(1));
        await log.AppendAsync(Change(5, 10), CancellationToken.None);

        log.Restart(new(9));

        Assert.Null(log.Read(new Cursor(5, 1), 10));
    }

    [Fact]
    public async Task A_fence_lets_a_large_transaction_in_whole_though_its_commit_was_read_before()
    {
        var log = new ChangeLog(1 << 20);
        log.Restart(new(1));
        // Transaction 7 was seen; the commit record of 8 is in the log, but the snapshot still has it among those that run.
        await log.AppendAsync(Change(10, 10) with { Transaction = 7 }, CancellationToken.None);
        for (var position = 1; position <= 5000; position++)
            await log.AppendAsync(Change(20, 10) with { Cursor = new(20, position), Transaction = 8 }, CancellationToken.None);

        Assert.Equal(new Cursor(20, 0), log.FirstNotBehind(new Fence("8:9:8", 30)));
        Assert.Equal(new Cursor(20, 5000), log.FirstNotBehind(new Fence("9:9:", 30)));
    }

    private static LoggedChange Change(ulong commit, int bytes) => new(new Cursor(commit, 1), 1, default, s_table, ChangeKind.Insert, null, null, true, bytes);
}
