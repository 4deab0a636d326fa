namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>How a body is signed, as <c>x-amz-content-sha256</c> says (Amazon S3 API Reference, Authenticating Requests).</summary>
public abstract record PayloadKind
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>As it is; only the head of the request is signed.</summary>
    public sealed record Plain : PayloadKind;

    /// <summary>As it is, and this is its SHA-256.</summary>
    public sealed record Hashed(byte[] Sha256) : PayloadKind;

    /// <summary>In chunks (<c>aws-chunked</c>).</summary>
    /// <param name="IsSigned">Each bears a signature.</param>
    /// <param name="HasTrailer">Headers stand behind them.</param>
    public sealed record Chunked(bool IsSigned, bool HasTrailer) : PayloadKind;

    /// <summary>Null: S3 knows no such thing.</summary>
    public static PayloadKind? Parse(string text) => text switch
    {
        Unsigned => new Plain(),
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => new Chunked(IsSigned: false, HasTrailer: true),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => new Chunked(IsSigned: true, HasTrailer: false),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => new Chunked(IsSigned: true, HasTrailer: true),
        { Length: 64 } when text.All(char.IsAsciiHexDigit) => new Hashed(Convert.FromHexString(text)),
        _ => null,
    };
}
