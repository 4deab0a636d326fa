using System.Buffers;
using Hedgerow.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Hedgerow.Tests.Unit.Gateway;

public sealed class TransportMemoryTests
{
    private const int Small = 4 * 1024;
    private const int Large = 64 * 1024;

    private readonly TransportMemory _memory = new(new Kestrels());

    [Fact]
    public void Blocks_are_large_while_a_large_body_arrives_and_kestrels_at_other_times()
    {
        using var pool = _memory.Create();

        Assert.Equal(Small, Length(pool.Rent()));
        _memory.BeginLargeBody();
        _memory.BeginLargeBody();
        Assert.Equal(Large, Length(pool.Rent(Small)));
        _memory.EndLargeBody();
        Assert.Equal(Large, Length(pool.Rent()));
        _memory.EndLargeBody();
        Assert.Equal(Small, Length(pool.Rent()));
    }

    [Fact]
    public void There_are_only_so_many_large_ones_and_what_comes_back_is_lent_again()
    {
        using var pool = _memory.Create();
        _memory.BeginLargeBody();

        var rented = Enumerable.Range(0, 1000).Select(_ => pool.Rent()).ToList();
        var large = rented.Where(block => block.Memory.Length == Large).ToList();

        Assert.Equal(128, large.Count);
        large[0].Dispose();
        large[0].Dispose(); // once is enough
        using var again = pool.Rent();
        Assert.Equal(Large, again.Memory.Length);
        Assert.Equal(Small, Length(pool.Rent()));
        Assert.Throws<ObjectDisposedException>(() => large[0].Memory);
    }

    private static int Length(IMemoryOwner<byte> block)
    {
        using (block) return block.Memory.Length;
    }

    private sealed class Kestrels : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

        private sealed class Pool : MemoryPool<byte>
        {
            public override int MaxBufferSize => Small;
            public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Block();
            protected override void Dispose(bool disposing) { }
        }

        private sealed class Block : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[Small];
            public void Dispose() { }
        }
    }
}
