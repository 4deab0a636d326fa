using System.Security.Cryptography;
using System.Text;

namespace Hedgerow.Storage.S3Protocol.Signing;

/// <summary>The key of one secret for one day and region, and what it signs (Amazon S3 API Reference, Signature Calculations).</summary>
public sealed class SigningKey
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private readonly byte[] _key;
    private readonly SignedRequest _signed;

    public SigningKey(string secret, SignedRequest signed)
    {
        _signed = signed;
        _key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var step in signed.Scope.Split('/')) _key = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(step));
    }

    /// <summary>Whether the request's signature is the one over its canonical form.</summary>
    public bool Signs(string canonicalHash) => IsSignature(_signed.Signature, $"{SignedRequest.Algorithm}\n{_signed.Timestamp}\n{_signed.Scope}\n{canonicalHash}");

    /// <summary>Whether the signature is the one over a form's policy, as the form has it.</summary>
    public bool SignsPolicy(string policy) => IsSignature(_signed.Signature, policy);

    /// <summary>Whether a chunk's signature is good. Each carries on the one before it; the first one the request's.</summary>
    public bool SignsChunk(string signature, string previous, string dataHash) =>
        IsSignature(signature, $"{SignedRequest.Algorithm}-PAYLOAD\n{_signed.Timestamp}\n{_signed.Scope}\n{previous}\n{EmptyHash}\n{dataHash}");

    /// <summary>Whether the signature over the trailing headers is good.</summary>
    public bool SignsTrailer(string signature, string previous, string trailerHash) =>
        IsSignature(signature, $"{SignedRequest.Algorithm}-TRAILER\n{_signed.Timestamp}\n{_signed.Scope}\n{previous}\n{trailerHash}");

    private bool IsSignature(string given, string text)
    {
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(given));
    }
}
