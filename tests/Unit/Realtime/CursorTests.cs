using Hedgerow.Realtime.Delivery;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Tests.Unit.Realtime;

public sealed class CursorTests
{
    [Fact]
    public void Its_text_is_read_as_it_was_written()
    {
        var cursor = new Cursor(0x16B3748, 12);
        Assert.Equal("16B3748-12", cursor.ToString());
        Assert.True(Cursor.TryParse("16B3748-12", out var read));
        Assert.Equal(cursor, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("16B3748")]
    [InlineData("16B3748--1")]
    [InlineData("16B3748-1 ")]
    [InlineData("0/16B3748-1")]
    [InlineData("FFFFFFFFFFFFFFFFF-1")]
    public void Anything_else_is_none(string text) => Assert.False(Cursor.TryParse(text, out _));

    [Fact]
    public void Commits_come_before_positions() => Assert.True(new Cursor(1, 9) < new Cursor(2, 0) && new Cursor(2, 0) < new Cursor(2, 1));

    [Theory]
    [InlineData(99u, 5ul, true)] // over before the snapshot
    [InlineData(100u, 5ul, false)] // running in it
    [InlineData(105u, 5ul, false)] // began after it
    [InlineData(99u, 50ul, false)] // committed after the place
    public void A_fence_passes_over_what_its_snapshot_saw_below_its_place(uint transaction, ulong commit, bool behind)
    {
        var change = new LoggedChange(new Cursor(commit, 1), transaction, default, new Relation(1, default, []), ChangeKind.Insert, null, null, true, 0);
        Assert.Equal(behind, new Fence("100:104:100,102", 10).IsBehind(change));
    }
}
