namespace Hedgerow.Storage.Backends;

/// <summary>A part of stored bytes, within them.</summary>
/// <param name="First">The first byte, from 0.</param>
/// <param name="Last">The last byte, inclusive.</param>
public readonly record struct ByteRange(long First, long Last)
{
    public long Length => Last - First + 1;
}
