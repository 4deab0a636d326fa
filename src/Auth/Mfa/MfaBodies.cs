using System.Text.Json.Serialization;

namespace Hedgerow.Auth.Mfa;

/// <summary><c>POST /factors</c>.</summary>
public sealed record EnrollBody
{
    public string? FactorType { get; init; }
    public string? FriendlyName { get; init; }
    public string? Issuer { get; init; }
    public string? Phone { get; init; }
}

/// <summary><c>POST /factors/{factorId}/challenge</c>.</summary>
public sealed record ChallengeBody
{
    public string? Channel { get; init; }
}

/// <summary><c>POST /factors/{factorId}/verify</c>.</summary>
public sealed record VerifyFactorBody
{
    public string? ChallengeId { get; init; }
    public string? Code { get; init; }
}

/// <summary><c>PUT /admin/users/{userId}/factors/{factorId}</c>.</summary>
public sealed record AdminFactorBody
{
    public string? FriendlyName { get; init; }
}

/// <summary>Reads these bodies as <see cref="Http.BodyJson"/> reads the others.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EnrollBody))]
[JsonSerializable(typeof(ChallengeBody))]
[JsonSerializable(typeof(VerifyFactorBody))]
[JsonSerializable(typeof(AdminFactorBody))]
public sealed partial class MfaBodyJson : JsonSerializerContext;
