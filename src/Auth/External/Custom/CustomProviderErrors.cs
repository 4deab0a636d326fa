using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Custom;

/// <summary>Refusals of <c>/admin/custom-providers</c> (auth-openapi.yaml).</summary>
public static class CustomProviderErrors
{
    public static ApiError Disabled { get; } = new(400, "feature_disabled", "Custom OAuth/OIDC providers are not enabled");
    public static ApiError NoKey { get; } =
        new(400, "feature_disabled", "Custom OAuth/OIDC providers need Encryption:PrivateKey: without it their secrets would lie in the database in clear");
    public static ApiError Exists { get; } = new(400, "conflict", "A custom OAuth provider with this identifier already exists");
    public static ApiError TooMany { get; } = new(400, "over_custom_provider_quota", "Maximum number of custom OIDC/OAuth providers reached");
    public static ApiError NotFound { get; } = new(404, "custom_provider_not_found", "Custom OAuth provider not found");

    public static ApiError BadIdentifier(string identifier) => AuthErrors.Invalid(
        identifier.StartsWith(CustomProvider.Prefix, StringComparison.OrdinalIgnoreCase)
            ? "identifier must have 1 to 100 letters, digits, hyphens or underscores after 'custom:'"
            : $"identifier must start with 'custom:' prefix, e.g. 'custom:{identifier}'");
}
