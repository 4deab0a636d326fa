using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Gateway;

/// <summary>
/// What connections read into and write from: Kestrel's blocks of 4 KiB, of which idle connections hold one each, and blocks of 64 while large bodies arrive, which take a sixteenth of the
/// kernel's calls then. For whom it is asked a pool does not know, so others get large blocks too meanwhile; there are never more of them than some uploads need.
/// </summary>
public sealed class TransportMemory(IMemoryPoolFactory<byte> kestrels) : IMemoryPoolFactory<byte>
{
    private const int LargeBlockBytes = 64 * 1024;
    private const int MostLargeBlocks = 128;

    private int _largeBodies;
    private int _largeBlocks;

    /// <summary>In front of what Kestrel has registered.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var kestrels = services.Last(service => service.ServiceType == typeof(IMemoryPoolFactory<byte>));
        services.AddSingleton(provider => new TransportMemory(
            (IMemoryPoolFactory<byte>)(kestrels.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, kestrels.ImplementationType!))));
        services.AddSingleton<IMemoryPoolFactory<byte>>(provider => provider.GetRequiredService<TransportMemory>());
    }

    public void BeginLargeBody() => Interlocked.Increment(ref _largeBodies);

    public void EndLargeBody() => Interlocked.Decrement(ref _largeBodies);

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Blocks(this, kestrels.Create(options));

    private bool TryTakeLarge()
    {
        if (Volatile.Read(ref _largeBodies) == 0) return false;
        if (Interlocked.Increment(ref _largeBlocks) <= MostLargeBlocks) return true;
        Interlocked.Decrement(ref _largeBlocks);
        return false;
    }

    private sealed class Blocks(TransportMemory memory, MemoryPool<byte> kestrels) : MemoryPool<byte>
    {
        public override int MaxBufferSize => kestrels.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => memory.TryTakeLarge() ? new LargeBlock(memory) : kestrels.Rent(minBufferSize);

        protected override void Dispose(bool disposing)
        {
            if (disposing) kestrels.Dispose();
        }
    }

    private sealed class LargeBlock(TransportMemory memory) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(LargeBlockBytes);

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(LargeBlock));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is not { } bytes) return;
            ArrayPool<byte>.Shared.Return(bytes);
            Interlocked.Decrement(ref memory._largeBlocks);
        }
    }
}
