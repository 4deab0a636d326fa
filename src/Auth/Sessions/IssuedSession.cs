using System.Globalization;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Sessions;

/// <summary>What someone gets who is signed in.</summary>
/// <param name="ExpiresIn">Seconds that the access token is valid for.</param>
/// <param name="ExpiresAt">The second since 1970 at which it expires.</param>
public sealed record IssuedSession(string AccessToken, int ExpiresIn, long ExpiresAt, string RefreshToken, User User)
{
    /// <summary>What the password that was used lacks by today's rules; null where it lacks nothing or none was used.</summary>
    public PasswordWeakness? WeakPassword { get; init; }

    /// <summary>The access token that the provider gave for the person, where one was used.</summary>
    public string? ProviderToken { get; init; }

    /// <summary>The provider's refresh token, where it gives any.</summary>
    public string? ProviderRefreshToken { get; init; }

    /// <summary>For the fragment of a redirect, which no server logs.</summary>
    public IEnumerable<(string Name, string Value)> Parameters =>
    [
        ("access_token", AccessToken),
        ("expires_at", ExpiresAt.ToString(CultureInfo.InvariantCulture)),
        ("expires_in", ExpiresIn.ToString(CultureInfo.InvariantCulture)),
        .. ProviderToken is null ? Array.Empty<(string, string)>() : [("provider_token", ProviderToken)],
        .. ProviderRefreshToken is null ? Array.Empty<(string, string)>() : [("provider_refresh_token", ProviderRefreshToken)],
        ("refresh_token", RefreshToken),
        ("token_type", "bearer"),
    ];

    /// <summary>Access token, refresh token and user (auth-openapi.yaml, AccessTokenResponseSchema).</summary>
    public Reply ToReply() => Reply.Object(json =>
    {
        json.WriteString("access_token", AccessToken);
        json.WriteString("token_type", "bearer");
        json.WriteNumber("expires_in", ExpiresIn);
        json.WriteNumber("expires_at", ExpiresAt);
        json.WriteString("refresh_token", RefreshToken);
        json.WritePropertyName("user");
        UserJson.Write(json, User);
        if (WeakPassword is { } weakness)
        {
            json.WriteStartObject("weak_password");
            json.WriteString("message", weakness.Message);
            json.WriteStartArray("reasons");
            foreach (var reason in weakness.Reasons) json.WriteStringValue(reason);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (ProviderToken is not null) json.WriteString("provider_token", ProviderToken);
        if (ProviderRefreshToken is not null) json.WriteString("provider_refresh_token", ProviderRefreshToken);
    });
}
