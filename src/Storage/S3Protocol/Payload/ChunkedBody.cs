using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hedgerow.Storage.S3Protocol.Signing;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>
/// The data in a body that came as <c>aws-chunked</c>: chunks with their size in front, each signed where a key is given, and headers behind the last one
/// (Amazon S3 API Reference, Signature Calculations: Transferring Payload in Multiple Chunks). A chunk of any size passes through; none is held.
/// </summary>
/// <param name="inner">The body as it came.</param>
/// <param name="key">What the chunks are signed with; null: they are not.</param>
/// <param name="seed">The request's own signature, which the first chunk's carries on.</param>
/// <param name="announced">The headers that may stand behind, in lower case; null: none, nor room for any.</param>
internal sealed class ChunkedBody(Stream inner, SigningKey? key, string seed, IReadOnlySet<string>? announced) : ReadOnlyBody
{
    private const int MaxLine = 1024;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly IncrementalHash? _hash = key is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, string> _trailers = new(StringComparer.Ordinal);
    private int _start, _end;
    private long _left;
    private string _previous = seed;
    private string _signature = "";
    private bool _isDone;

    /// <summary>A header behind the data; null where it was not sent. Known once everything was read.</summary>
    public string? Trailer(string name) => _trailers.GetValueOrDefault(name);

    /// <exception cref="PayloadRefusedException">A signature is wrong, or this is no such body.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isDone || buffer.IsEmpty) return 0;
        if (_left == 0)
        {
            _left = await BeginChunkAsync(cancellationToken);
            if (_left == 0)
            {
                await EndAsync(cancellationToken);
                return 0;
            }
        }
        var wanted = buffer.Length > _left ? buffer[..(int)_left] : buffer;
        int read;
        if (_start < _end)
        {
            read = Math.Min(wanted.Length, _end - _start);
            _buffer.AsMemory(_start, read).CopyTo(wanted);
            _start += read;
        }
        else
        {
            read = await inner.ReadAsync(wanted, cancellationToken);
            if (read == 0) throw Broken();
        }
        _hash?.AppendData(wanted.Span[..read]);
        _left -= read;
        if (_left == 0)
        {
            if ((await LineAsync(cancellationToken)).Length > 0) throw Broken();
            VerifyChunk();
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The size of the chunk that follows.</summary>
    private async ValueTask<long> BeginChunkAsync(CancellationToken cancellation)
    {
        var line = await LineAsync(cancellation);
        var semicolon = line.IndexOf(';', StringComparison.Ordinal);
        var digits = semicolon < 0 ? line : line[..semicolon];
        if (!long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0 || digits.Length > 15) throw Broken();
        if (key is null) return size;
        const string Field = ";chunk-signature=";
        if (semicolon < 0 || !line.AsSpan(semicolon).StartsWith(Field, StringComparison.Ordinal)) throw Broken();
        _signature = line[(semicolon + Field.Length)..].Trim();
        return size;
    }

    private void VerifyChunk()
    {
        if (key is null) return;
        if (!key.SignsChunk(_signature, _previous, Convert.ToHexStringLower(_hash!.GetHashAndReset()))) throw new PayloadRefusedException(S3Errors.WrongSignature);
        _previous = _signature;
    }

    /// <summary>What stands behind the last, empty, chunk.</summary>
    private async ValueTask EndAsync(CancellationToken cancellation)
    {
        VerifyChunk();
        var text = new StringBuilder();
        string? signature = null;
        while (await LineOrEndAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (announced is null || colon < 1) throw Broken();
            var (name, value) = (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == "x-amz-trailer-signature") signature = value;
            else if (signature is not null || !announced.Contains(name) || !_trailers.TryAdd(name, value)) throw new PayloadRefusedException(S3Errors.BadTrailer);
            else text.Append(name).Append(':').Append(value).Append('\n');
        }
        if (_trailers.Count != (announced?.Count ?? 0)) throw new PayloadRefusedException(S3Errors.BadTrailer);
        if (key is not null && announced is not null
            && (signature is null || !key.SignsTrailer(signature, _previous, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))))))
            throw new PayloadRefusedException(S3Errors.WrongSignature);
        // A body ends where its last chunk does.
        while (await LineOrEndAsync(cancellation) is { } rest)
            if (rest.Length > 0) throw Broken();
        _isDone = true;
    }

    private async ValueTask<string> LineAsync(CancellationToken cancellation) => await LineOrEndAsync(cancellation) ?? throw Broken();

    /// <summary>The next line without its CRLF; null where the body has ended.</summary>
    private async ValueTask<string?> LineOrEndAsync(CancellationToken cancellation)
    {
        for (var searched = 0; ;)
        {
            var length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, searched + length);
                _start += searched + length + 2;
                return line;
            }
            if (_end - _start > MaxLine) throw Broken();
            searched = Math.Max(0, _end - _start - 1);
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var read = await inner.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0) return _end == 0 ? null : throw Broken();
            _end += read;
        }
    }

    private static PayloadRefusedException Broken() => new(S3Errors.Incomplete);
}
