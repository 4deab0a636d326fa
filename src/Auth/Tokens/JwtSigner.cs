using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens;

/// <summary>Signs claims with the set's signing key, as a compact JWS (RFC 7515, 7.1).</summary>
public sealed class JwtSigner
{
    private readonly JwtKey _key;
    private readonly string _header;

    /// <exception cref="FormatException">No key may sign.</exception>
    public JwtSigner(JwtKeySet keys)
    {
        _key = keys.Signer ?? throw new FormatException("Jwt:Secret: no key that may sign is configured");
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("alg", _key.SigningAlgorithm.ToString());
            if (_key.Id is not null) json.WriteString("kid", _key.Id);
            json.WriteString("typ", "JWT");
            json.WriteEndObject();
        }
        _header = Base64Url.EncodeToString(buffer.WrittenSpan) + ".";
    }

    /// <summary>The token over <paramref name="claims"/>, which is a JSON object in UTF-8.</summary>
    public string Sign(ReadOnlySpan<byte> claims)
    {
        var input = _header + Base64Url.EncodeToString(claims);
        return $"{input}.{Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }
}
