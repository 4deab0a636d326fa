using System.Buffers;

namespace Hedgerow.Rest.Response;

/// <summary>Small pieces into the large spans that a writer gives.</summary>
internal ref struct JsonSpans(IBufferWriter<byte> writer)
{
    private Span<byte> _rest;
    private int _written;

    public void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>A span of exactly so many bytes, which the caller fills.</summary>
    public Span<byte> Take(int length)
    {
        if (_rest.Length < length)
        {
            End();
            _rest = writer.GetSpan(length);
        }
        var taken = _rest[..length];
        _rest = _rest[length..];
        _written += length;
        return taken;
    }

    public void End()
    {
        if (_written > 0) writer.Advance(_written);
        _written = 0;
        _rest = default;
    }
}
