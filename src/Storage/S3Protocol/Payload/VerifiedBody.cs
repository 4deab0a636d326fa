using System.Security.Cryptography;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>Something that a body must come to.</summary>
/// <param name="Expected">Asked when everything was read: it may stand behind the data. Null: nothing is expected after all.</param>
/// <param name="Refusal">What is said where it does not.</param>
internal sealed record Expectation(Checksum Checksum, Func<byte[]?> Expected, ApiError Refusal);

/// <summary>
/// A body that proves to be what was announced while it passes. Its last bytes are handed out only when everything behind them was read and is good: so
/// a store that has all bytes has good ones, also one that stops at the announced length.
/// </summary>
/// <param name="inner">The data.</param>
/// <param name="length">Bytes that must come; null: any number.</param>
internal sealed class VerifiedBody(Stream inner, long? length, IReadOnlyList<Expectation> expectations) : ReadOnlyBody
{
    private long _passed;
    private bool _isGood;

    /// <exception cref="PayloadRefusedException">It is not what was announced.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isGood || buffer.IsEmpty) return 0;
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _passed += read;
        if (_passed > length) throw new PayloadRefusedException(S3Errors.Incomplete);
        foreach (var expectation in expectations) expectation.Checksum.Append(buffer.Span[..read]);
        if (read == 0 || _passed == length)
        {
            if (_passed < length) throw new PayloadRefusedException(S3Errors.Incomplete);
            if (read > 0) await EndAsync(cancellationToken);
            Verify();
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var expectation in expectations) expectation.Checksum.Dispose();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Nothing may follow; what stands behind the data is read by this.</summary>
    private async ValueTask EndAsync(CancellationToken cancellation)
    {
        if (await inner.ReadAsync(new byte[1], cancellation) > 0) throw new PayloadRefusedException(S3Errors.Incomplete);
    }

    private void Verify()
    {
        foreach (var expectation in expectations)
            if (expectation.Expected() is { } expected && !CryptographicOperations.FixedTimeEquals(expected, expectation.Checksum.Finish()))
                throw new PayloadRefusedException(expectation.Refusal);
        _isGood = true;
    }
}
