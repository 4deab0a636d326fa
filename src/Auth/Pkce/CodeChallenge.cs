using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Pkce;

/// <summary>What a client keeps the answer to (RFC 7636): whoever can name the verifier behind it may redeem the flow's code.</summary>
/// <param name="Value">43 to 128 unreserved characters.</param>
/// <param name="Method">A value of <c>auth.code_challenge_method</c>: <c>s256</c>, <c>plain</c>.</param>
public sealed partial record CodeChallenge(string Value, string Method)
{
    private static ApiError Incomplete { get; } = AuthErrors.Invalid("PKCE flow requires code_challenge_method and code_challenge");
    private static ApiError BadLength { get; } = AuthErrors.Invalid("code challenge has to be between 43 and 128 characters");
    private static ApiError BadCharacters { get; } =
        AuthErrors.Invalid("code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes");

    /// <summary>Reads a request's two parameters; the refusal, or null. Without either, <paramref name="challenge"/> is null: the implicit flow.</summary>
    public static ApiError? Read(string? value, string? method, out CodeChallenge? challenge)
    {
        challenge = null;
        if (string.IsNullOrEmpty(value) && string.IsNullOrEmpty(method)) return null;
        if (string.IsNullOrEmpty(value) || string.IsNullOrEmpty(method)) return Incomplete;
        if (value.Length is < 43 or > 128) return BadLength;
        if (!Unreserved().IsMatch(value)) return BadCharacters;
        var known = method.ToLowerInvariant();
        if (known is not ("s256" or "plain")) return AuthErrors.Invalid($"unsupported code_challenge method \"{method}\"");
        challenge = new CodeChallenge(value, known);
        return null;
    }

    /// <summary>Whether <paramref name="verifier"/> is the one behind the challenge. Takes the same time wherever they differ.</summary>
    public bool IsMetBy(string verifier)
    {
        var answer = Method == "s256" ? Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier))) : verifier;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(answer), Encoding.UTF8.GetBytes(Value));
    }

    [GeneratedRegex("""^[a-zA-Z0-9._~-]+\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Unreserved();
}
