using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hedgerow.Auth.Http;

/// <summary><c>POST /signup</c>.</summary>
public sealed record SignUpBody
{
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Password { get; init; }
    public string? Channel { get; init; }
    public JsonElement? Data { get; init; }
    public string? CodeChallenge { get; init; }
    public string? CodeChallengeMethod { get; init; }
}

/// <summary><c>POST /token</c>, all grants.</summary>
public sealed record TokenBody
{
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Password { get; init; }
    public string? RefreshToken { get; init; }
    public string? AuthCode { get; init; }
    public string? CodeVerifier { get; init; }
    public string? IdToken { get; init; }
    public string? AccessToken { get; init; }
    public string? Nonce { get; init; }
    public string? Provider { get; init; }
    public string? ClientId { get; init; }
    public string? Issuer { get; init; }
    public bool LinkIdentity { get; init; }
}

/// <summary><c>POST /verify</c>.</summary>
public sealed record VerifyBody
{
    public string? Type { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Token { get; init; }
    public string? TokenHash { get; init; }
    public string? RedirectTo { get; init; }
}

/// <summary><c>POST /admin/generate_link</c>.</summary>
public sealed record GenerateLinkBody
{
    public string? Type { get; init; }
    public string? Email { get; init; }
    public string? NewEmail { get; init; }
    public string? Password { get; init; }
    public JsonElement? Data { get; init; }
    public string? RedirectTo { get; init; }
}

/// <summary><c>PUT /user</c>.</summary>
public sealed record UserUpdateBody
{
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Channel { get; init; }
    public string? Password { get; init; }
    public string? Nonce { get; init; }
    public JsonElement? Data { get; init; }
    public JsonElement? AppMetadata { get; init; }
    public string? CodeChallenge { get; init; }
    public string? CodeChallengeMethod { get; init; }
}

/// <summary><c>POST /admin/users</c> and <c>PUT /admin/users/{id}</c>.</summary>
public sealed record AdminUserBody
{
    public string? Id { get; init; }
    public string? Aud { get; init; }
    public string? Role { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Password { get; init; }
    public string? PasswordHash { get; init; }
    public bool EmailConfirm { get; init; }
    public bool PhoneConfirm { get; init; }
    public JsonElement? UserMetadata { get; init; }
    public JsonElement? AppMetadata { get; init; }
    public string? BanDuration { get; init; }
}

/// <summary><c>DELETE /admin/users/{id}</c>.</summary>
public sealed record AdminDeleteBody
{
    public bool ShouldSoftDelete { get; init; }
}

/// <summary><c>POST /otp</c>, <c>POST /magiclink</c>.</summary>
public sealed record OtpBody
{
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Channel { get; init; }
    public bool? CreateUser { get; init; }
    public JsonElement? Data { get; init; }
    public string? CodeChallenge { get; init; }
    public string? CodeChallengeMethod { get; init; }
}

/// <summary><c>POST /recover</c>.</summary>
public sealed record RecoverBody
{
    public string? Email { get; init; }
    public string? CodeChallenge { get; init; }
    public string? CodeChallengeMethod { get; init; }
}

/// <summary><c>POST /resend</c>.</summary>
public sealed record ResendBody
{
    public string? Type { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? CodeChallenge { get; init; }
    public string? CodeChallengeMethod { get; init; }
}

/// <summary><c>POST /invite</c>.</summary>
public sealed record InviteBody
{
    public string? Email { get; init; }
    public JsonElement? Data { get; init; }
}

/// <summary>Reads bodies: snake case, unknown members ignored, as GoTrue does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SignUpBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(VerifyBody))]
[JsonSerializable(typeof(GenerateLinkBody))]
[JsonSerializable(typeof(UserUpdateBody))]
[JsonSerializable(typeof(AdminUserBody))]
[JsonSerializable(typeof(AdminDeleteBody))]
[JsonSerializable(typeof(OtpBody))]
[JsonSerializable(typeof(RecoverBody))]
[JsonSerializable(typeof(ResendBody))]
[JsonSerializable(typeof(InviteBody))]
public sealed partial class BodyJson : JsonSerializerContext;
