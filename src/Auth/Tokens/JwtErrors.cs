using Hedgerow.Postgres;

namespace Hedgerow.Auth.Tokens;

/// <summary>
/// Why a token is refused, in PostgREST's words (PostgREST, Errors, group 3): PGRST300 to PGRST303 with the
/// <c>WWW-Authenticate</c> of RFC 6750, 3.
/// </summary>
public static class JwtErrors
{
    public static ApiError SecretMissing { get; } = new(500, "PGRST300", "Server lacks JWT secret");

    public static ApiError AnonymousDisabled { get; } = new(401, "PGRST302", "Anonymous access is disabled")
    {
        Headers = [new("WWW-Authenticate", "Bearer")],
    };

    public static ApiError EmptyToken { get; } = Undecodable("Empty JWT is sent in Authorization header");

    /// <summary>No key is of the kind that the token's header asks for, or none has its <c>kid</c>.</summary>
    public static ApiError NoSuitableKey { get; } =
        Undecodable("No suitable key or wrong key type", "No suitable key was found to decode the JWT");

    /// <summary>The signature is none of the keys'.</summary>
    public static ApiError WrongSignature { get; } =
        Undecodable("No suitable key or wrong key type", "None of the keys was able to decode the JWT");

    public static ApiError Unsecured { get; } =
        Undecodable("Wrong or unsupported encoding algorithm", "JWT is unsecured but expected 'alg' was not 'none'");

    public static ApiError ClaimsUnparsable { get; } = Invalid("Parsing claims failed");
    public static ApiError AudienceMalformed { get; } = Invalid("The JWT 'aud' claim must be a string or an array of strings");
    public static ApiError Expired { get; } = Invalid("JWT expired");
    public static ApiError NotYetValid { get; } = Invalid("JWT not yet valid");
    public static ApiError IssuedInTheFuture { get; } = Invalid("JWT issued at future");
    public static ApiError NotInAudience { get; } = Invalid("JWT not in audience");

    public static ApiError Parts(int count) => Undecodable($"Expected 3 parts in JWT; got {count}");

    /// <summary>Its parts cannot be read: no base64url, no header, or an algorithm that nobody knows.</summary>
    public static ApiError Unreadable { get; } = Undecodable("JWT cryptographic operation failed");

    /// <summary>It could be read, but asks for what is refused here and not by PostgREST.</summary>
    public static ApiError Malformed(string details) => Undecodable("JWT couldn't be decoded", details);

    public static ApiError NotANumber(string claim) => Invalid($"The JWT '{claim}' claim must be a number");

    private static ApiError Undecodable(string message, string? details = null) => Challenge("PGRST301", message, details);

    private static ApiError Invalid(string message) => Challenge("PGRST303", message, null);

    private static ApiError Challenge(string code, string message, string? details) => new(401, code, message, details)
    {
        Headers = [new("WWW-Authenticate", $"Bearer error=\"invalid_token\", error_description=\"{message}\"")],
    };
}
