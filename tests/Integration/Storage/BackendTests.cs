using System.IO.Pipelines;
using Hedgerow.Storage.Backends;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>What every store promises.</summary>
public sealed class BackendTests : IAsyncLifetime
{
    private readonly TestObjectStore _place = TestObjectStore.Create();
    private IObjectBackend _store = null!;

    public async Task InitializeAsync()
    {
        Assert.True(StorageUrl.TryParse(_place.Url, out var url, out var problem), problem);
        _store = url.Open(TimeSpan.FromMinutes(2));
        Assert.True(await _store.AnswersAsync(CancellationToken.None));
    }

    public async Task DisposeAsync()
    {
        var left = new List<VersionKey>();
        await foreach (var item in _store.ListAsync(CancellationToken.None)) left.Add(item.Version);
        await _store.DeleteAsync(left, CancellationToken.None);
        await _store.DisposeAsync();
        _place.Dispose();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(5_000_000, true)]
    [InlineData(8 * 1024 * 1024, false)]
    [InlineData(8 * 1024 * 1024 + 1, false)]
    [InlineData(20_000_000, false)]
    public async Task What_is_put_is_what_is_opened(int length, bool isKnown)
    {
        var (version, bytes) = (VersionKey.New(), StorageWorld.Pattern(length));
        await _store.PutAsync(version, new Trickle(bytes), isKnown ? length : null, CancellationToken.None);
        Assert.True((await ReadAsync(version)).AsSpan().SequenceEqual(bytes));
        if (length > 100) Assert.True((await ReadAsync(version, new ByteRange(50, 99))).AsSpan().SequenceEqual(bytes.AsSpan(50, 50)));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_may_be_deleted()
    {
        Assert.Null(await _store.OpenAsync(VersionKey.New(), null, CancellationToken.None));
        Assert.False(await _store.CopyAsync(VersionKey.New(), VersionKey.New(), CancellationToken.None));
        await _store.DeleteAsync([VersionKey.New()], CancellationToken.None);
    }

    [Fact]
    public async Task A_large_version_that_is_deleted_is_gone_at_once_and_leaves_nothing_to_sweep()
    {
        var versions = Enumerable.Range(0, 3).Select(_ => VersionKey.New()).ToArray();
        foreach (var version in versions) await _store.PutAsync(version, new MemoryStream(new byte[5_000_000]), 5_000_000, CancellationToken.None);
        await using (var open = await _store.OpenAsync(versions[0], null, CancellationToken.None))
        {
            await Task.WhenAll(versions.Append(versions[1]).Select(version => _store.DeleteAsync([version], CancellationToken.None)));
            Assert.Equal(0, await CountAsync());
            Assert.Null(await _store.OpenAsync(versions[0], null, CancellationToken.None));
            var rest = new MemoryStream();
            await open!.AsStream().CopyToAsync(rest);
            Assert.Equal(5_000_000, rest.Length);
        }
        Assert.Equal(0, await _store.SweepAsync(DateTimeOffset.MaxValue, new HashSet<string>(), CancellationToken.None));
    }

    [Theory]
    [InlineData(1_000_000, true)]
    [InlineData(20_000_000, false)]
    public async Task A_body_that_fails_leaves_nothing_and_is_what_the_caller_hears_of(int length, bool isKnown)
    {
        var version = VersionKey.New();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _store.PutAsync(
            version, new Trickle(StorageWorld.Pattern(length)) { FailsAt = length - 1000 }, isKnown ? length : null, CancellationToken.None));
        Assert.Null(await _store.OpenAsync(version, null, CancellationToken.None));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_copy_is_another_version()
    {
        var (from, to) = (VersionKey.New(), VersionKey.New());
        await _store.PutAsync(from, new MemoryStream(StorageWorld.Text("bytes")), 5, CancellationToken.None);
        Assert.True(await _store.CopyAsync(from, to, CancellationToken.None));
        await _store.DeleteAsync([from], CancellationToken.None);
        Assert.Equal("bytes"u8.ToArray(), await ReadAsync(to));
    }

    [Fact]
    public async Task Parts_become_one_in_the_order_that_is_asked_for()
    {
        var version = VersionKey.New();
        var upload = await _store.BeginPartsAsync(version, CancellationToken.None);
        var parts = new[] { StorageWorld.Pattern(5 * 1024 * 1024, 1), StorageWorld.Pattern(5 * 1024 * 1024, 2), StorageWorld.Pattern(100, 3) };
        await _store.PutPartAsync(version, upload, 2, new MemoryStream(new byte[5 * 1024 * 1024]), parts[1].Length, CancellationToken.None);
        var receipts = new string[3];
        foreach (var i in new[] { 2, 0, 1 }) receipts[i] = await _store.PutPartAsync(version, upload, i + 1, new MemoryStream(parts[i]), parts[i].Length, CancellationToken.None);
        Assert.Null(await _store.OpenAsync(version, null, CancellationToken.None));

        await _store.CompletePartsAsync(version, upload, [(1, receipts[0]), (2, receipts[1]), (3, receipts[2])], CancellationToken.None);
        Assert.True((await ReadAsync(version)).AsSpan().SequenceEqual((byte[])[.. parts[0], .. parts[1], .. parts[2]]));
        // Asked once more, as after a lost answer.
        await _store.CompletePartsAsync(version, upload, [(1, receipts[0]), (2, receipts[1]), (3, receipts[2])], CancellationToken.None);
        await _store.AbortPartsAsync(version, upload, CancellationToken.None);
        Assert.Equal(5 * 1024 * 1024 * 2 + 100, (await ReadAsync(version)).Length);
    }

    [Fact]
    public async Task What_dead_writers_left_is_swept_but_not_what_goes_on()
    {
        var version = VersionKey.New();
        var (dead, alive) = (await _store.BeginPartsAsync(version, CancellationToken.None), await _store.BeginPartsAsync(version, CancellationToken.None));
        await _store.PutPartAsync(version, alive, 1, new MemoryStream(new byte[10]), 10, CancellationToken.None);
        Assert.Equal(0, await _store.SweepAsync(DateTimeOffset.UtcNow.AddHours(-1), new HashSet<string>(), CancellationToken.None));
        Assert.Equal(1, await _store.SweepAsync(DateTimeOffset.UtcNow.AddHours(1), new HashSet<string> { alive }, CancellationToken.None));
        await _store.AbortPartsAsync(version, dead, CancellationToken.None);
        var receipt = await _store.PutPartAsync(version, alive, 1, new MemoryStream(new byte[10]), 10, CancellationToken.None);
        await _store.CompletePartsAsync(version, alive, [(1, receipt)], CancellationToken.None);
        Assert.Equal(10, (await ReadAsync(version)).Length);
    }

    [Fact]
    public async Task The_list_names_every_version_with_its_size()
    {
        var versions = new Dictionary<VersionKey, long>();
        for (var i = 0; i < 5; i++)
        {
            var version = VersionKey.New();
            await _store.PutAsync(version, new MemoryStream(new byte[i]), i, CancellationToken.None);
            versions[version] = i;
        }
        var listed = new Dictionary<VersionKey, long>();
        await foreach (var item in _store.ListAsync(CancellationToken.None))
        {
            listed[item.Version] = item.Size;
            Assert.InRange(item.StoredAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        }
        Assert.Equal(versions, listed);
    }

    private async Task<int> CountAsync()
    {
        var count = 0;
        await foreach (var _ in _store.ListAsync(CancellationToken.None)) count++;
        return count;
    }

    /// <summary>By the pipe and by the stream: both must give the same.</summary>
    private async Task<byte[]> ReadAsync(VersionKey version, ByteRange? range = null)
    {
        var byStream = new MemoryStream();
        await using (var content = await _store.OpenAsync(version, range, CancellationToken.None))
        {
            Assert.NotNull(content);
            await content.AsStream().CopyToAsync(byStream);
            Assert.Equal(content.Length, byStream.Length);
        }
        var byPipe = new MemoryStream();
        await using (var content = await _store.OpenAsync(version, range, CancellationToken.None))
            await content!.CopyToAsync(PipeWriter.Create(byPipe), CancellationToken.None);
        Assert.True(byStream.ToArray().AsSpan().SequenceEqual(byPipe.ToArray()));
        return byStream.ToArray();
    }

    /// <summary>A body as a network brings it: in pieces of odd sizes, and not always to its end.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public int FailsAt { get; init; } = int.MaxValue;

        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= FailsAt) throw new InvalidTimeZoneException("the client went away");
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 33_333)], cancellationToken);
        }
    }
}
