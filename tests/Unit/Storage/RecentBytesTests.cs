using System.IO.Pipelines;
using Hedgerow.Storage;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Tests.Unit.Storage;

/// <summary>Small contents that were read lately: whole or in part, as long as there is room.</summary>
public sealed class RecentBytesTests
{
    [Fact]
    public async Task What_was_kept_is_found_by_its_version_whole_and_in_part()
    {
        using var recent = new RecentBytes(new StorageOptions());
        var kept = Stored("0123456789");

        Assert.Equal("0123456789", await TextAsync(await recent.KeepAsync("a", kept, CancellationToken.None)));

        Assert.True(kept.IsDisposed);
        Assert.Equal("0123456789", await TextAsync(recent.Find("a", null)!));
        Assert.Equal("345", await TextAsync(recent.Find("a", new ByteRange(3, 5))!));
        Assert.Equal("89", await TextAsync(recent.Find("a", new ByteRange(8, 20))!));
        Assert.Null(recent.Find("b", null));
    }

    [Fact]
    public async Task There_is_a_limit_to_each_and_to_all()
    {
        using var recent = new RecentBytes(new StorageOptions { CachedBytes = 10_000 });
        for (var i = 0; i < 100; i++) await recent.KeepAsync($"{i}", Stored(new string('x', 1000)), CancellationToken.None);

        Assert.InRange(Enumerable.Range(0, 100).Count(i => recent.Find($"{i}", null) is not null), 1, 10);
        Assert.True(recent.Holds(1000));
        Assert.False(recent.Holds(1_000_000));
    }

    [Fact]
    public void None_are_kept_where_none_shall_be()
    {
        using var recent = new RecentBytes(new StorageOptions { CachedBytes = 0 });

        Assert.False(recent.Holds(1));
        Assert.Null(recent.Find("a", null));
    }

    private static Content Stored(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));

    private static async Task<string> TextAsync(StoredContent content)
    {
        var copied = new MemoryStream();
        var to = PipeWriter.Create(copied);
        await content.CopyToAsync(to, CancellationToken.None);
        await to.CompleteAsync();
        using var read = new StreamReader(content.AsStream());
        var text = await read.ReadToEndAsync();
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(copied.ToArray()));
        Assert.Equal(text.Length, content.Length);
        return text;
    }

    private sealed class Content(byte[] bytes) : StoredContent
    {
        public bool IsDisposed { get; private set; }
        public override long Length => bytes.Length;
        public override async Task CopyToAsync(PipeWriter to, CancellationToken cancellation) => await to.WriteAsync(bytes, cancellation);
        public override Stream AsStream() => new MemoryStream(bytes);
        public override ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
