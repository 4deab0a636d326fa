using System.Buffers.Binary;

namespace Hedgerow.Postgres.Multiplexing;

/// <summary>Messages from the server as they arrive. A message that the buffer cannot hold is read by its <see cref="Type"/> and <see cref="Remaining"/>.</summary>
internal sealed class BackendReader(Stream stream)
{
    private const int Head = 1 + sizeof(int);

    private readonly byte[] _bytes = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Of the message that the last call found.</summary>
    public byte Type { get; private set; }

    /// <summary>Bytes of an oversized message that were not read yet.</summary>
    public int Remaining { get; private set; }

    /// <summary>Takes the next message where all of it has arrived.</summary>
    public bool TryRead(out ReadOnlySpan<byte> body)
    {
        body = default;
        if (!TryHead(out var length) || _end - _start < Head + length) return false;
        body = _bytes.AsSpan(_start + Head, length);
        _start += Head + length;
        return true;
    }

    /// <summary>Whether the message at hand is larger than the buffer; its head is taken then.</summary>
    public bool TryBegin()
    {
        if (!TryHead(out var length) || Head + length <= _bytes.Length) return false;
        _start += Head;
        Remaining = length;
        return true;
    }

    /// <summary>The rest of an oversized message, as far as <paramref name="into"/> holds it.</summary>
    public async ValueTask ReadAsync(Memory<byte> into)
    {
        var buffered = Math.Min(into.Length, _end - _start);
        _bytes.AsSpan(_start, buffered).CopyTo(into.Span);
        _start += buffered;
        await stream.ReadExactlyAsync(into[buffered..]);
        Remaining -= into.Length;
    }

    public async ValueTask SkipAsync()
    {
        while (Remaining > 0)
        {
            if (_start == _end && !await FillAsync()) throw new EndOfStreamException();
            var skipped = Math.Min(Remaining, _end - _start);
            _start += skipped;
            Remaining -= skipped;
        }
    }

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync()
    {
        if (_start == _end) _start = _end = 0;
        else if (_end == _bytes.Length)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }
        var read = await stream.ReadAsync(_bytes.AsMemory(_end));
        _end += read;
        return read > 0;
    }

    private bool TryHead(out int length)
    {
        length = 0;
        if (_end - _start < Head) return false;
        Type = _bytes[_start];
        length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start + 1)) - sizeof(int);
        return length >= 0 ? true : throw new InvalidDataException("The server does not speak PostgreSQL's protocol.");
    }
}
