using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hedgerow.Auth.External.Custom;

/// <summary><c>POST /admin/custom-providers</c>, <c>PUT /admin/custom-providers/{identifier}</c>, and an element of <c>Auth:CustomProviders:Configured</c>.</summary>
public sealed record CustomProviderBody
{
    public string? ProviderType { get; init; }
    public string? Identifier { get; init; }
    public string? Name { get; init; }
    public string? ClientId { get; init; }
    public string? ClientSecret { get; init; }
    public string?[]? AcceptableClientIds { get; init; }
    public string?[]? Scopes { get; init; }
    public bool? PkceEnabled { get; init; }
    public Dictionary<string, JsonElement>? AttributeMapping { get; init; }
    public Dictionary<string, JsonElement>? AuthorizationParams { get; init; }
    public string?[]? CustomClaimsAllowlist { get; init; }
    public bool? Enabled { get; init; }
    public bool? EmailOptional { get; init; }
    public string? Issuer { get; init; }
    public string? DiscoveryUrl { get; init; }
    public bool? SkipNonceCheck { get; init; }
    public string? AuthorizationUrl { get; init; }
    public string? TokenUrl { get; init; }
    public string? UserinfoUrl { get; init; }
    public string? JwksUri { get; init; }
}

/// <summary>Reads such bodies: snake case, as the room's others.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CustomProviderBody))]
[JsonSerializable(typeof(CustomProviderBody[]))]
public sealed partial class CustomProviderJson : JsonSerializerContext;
