using System.Text.Json;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Auth.External.Custom;

/// <summary><c>/admin/custom-providers</c>: the service role adds, changes and removes providers. Their clients' secrets are never shown again.</summary>
public sealed class CustomProvidersAdmin(
    AuthDatabase database, CustomProviders custom, CustomProviderOptions options, ProviderSecrets secrets, ProviderClients clients, Issuers issuers)
{
    public async Task<Result<Reply>> ListAsync(AuthRequest request, CancellationToken cancellation)
    {
        var type = request.Query("type");
        if (type is not ("" or "oauth2" or "oidc")) return AuthErrors.Invalid("type must be either 'oauth2' or 'oidc'");
        await using var transaction = await database.BeginAsync(cancellation);
        var providers = await CustomProviderRows.ListAsync(transaction, type.Length == 0 ? null : type);
        return Reply.Object(json =>
        {
            json.WriteStartArray("providers");
            foreach (var provider in providers)
            {
                json.WriteStartObject();
                WriteMembers(json, provider);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    public async Task<Result<Reply>> GetAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!Identifier(request).Ok(out var identifier, out var error)) return error;
        await using var transaction = await database.BeginAsync(cancellation);
        return await CustomProviderRows.FindAsync(transaction, identifier) is { } provider ? ToReply(provider) : CustomProviderErrors.NotFound;
    }

    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!options.Enabled) return CustomProviderErrors.Disabled;
        if (!secrets.Box.CanSeal) return CustomProviderErrors.NoKey;
        if (!(await request.BodyAsync(CustomProviderJson.Default.CustomProviderBody, cancellation)).Ok(out var body, out var error)) return error;
        if (!CustomProviderInput.Create(body, clients.OthersMayBeInsecure).Ok(out var provider, out error)) return error;
        if (await DiscoveryFlawAsync(provider, cancellation) is { } unusable) return unusable;

        await using var transaction = await database.BeginAsync(cancellation);
        if (options.MaxProviders > 0 && await CustomProviderRows.CountAsync(transaction) >= options.MaxProviders) return CustomProviderErrors.TooMany;
        if (custom.IsConfigured(provider.Identifier) || await CustomProviderRows.FindAsync(transaction, provider.Identifier) is not null) return CustomProviderErrors.Exists;
        try
        {
            provider = await CustomProviderRows.WriteAsync(transaction, provider with { ClientSecret = secrets.Box.Seal(provider.Id, provider.ClientSecret) });
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return CustomProviderErrors.Exists;
        }
        await AuditLog.WriteAsync(transaction, request, AuditAction.ProviderCreated, null, new { provider = provider.Identifier });
        await transaction.CommitAsync();
        return ToReply(provider) with { Status = 201 };
    }

    public async Task<Result<Reply>> PutAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!secrets.Box.CanSeal) return CustomProviderErrors.NoKey;
        if (!Identifier(request).Ok(out var identifier, out var error)) return error;
        if (!(await request.BodyAsync(CustomProviderJson.Default.CustomProviderBody, cancellation)).Ok(out var body, out error)) return error;
        if (!string.IsNullOrEmpty(body.Issuer) || !string.IsNullOrEmpty(body.DiscoveryUrl))
        {
            // The provider is asked outside any transaction: it may take its time.
            CustomProvider? present;
            await using (var reading = await database.BeginAsync(cancellation)) present = await CustomProviderRows.FindAsync(reading, identifier);
            if (present is null) return CustomProviderErrors.NotFound;
            if (!CustomProviderInput.Change(present, body, clients.OthersMayBeInsecure).Ok(out var planned, out error)) return error;
            if (await DiscoveryFlawAsync(planned, cancellation) is { } unusable) return unusable;
        }

        await using var transaction = await database.BeginAsync(cancellation);
        if (await CustomProviderRows.LockAsync(transaction, identifier) is not { } provider) return CustomProviderErrors.NotFound;
        if (!CustomProviderInput.Change(provider, body, clients.OthersMayBeInsecure).Ok(out var changed, out error)) return error;
        if (!string.IsNullOrEmpty(body.ClientSecret)) changed = changed with { ClientSecret = secrets.Box.Seal(provider.Id, body.ClientSecret) };
        changed = await CustomProviderRows.WriteAsync(transaction, changed);
        await AuditLog.WriteAsync(transaction, request, AuditAction.ProviderChanged, null, new { provider = provider.Identifier });
        await transaction.CommitAsync();
        return ToReply(changed);
    }

    public async Task<Result<Reply>> DeleteAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!Identifier(request).Ok(out var identifier, out var error)) return error;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!await CustomProviderRows.RemoveAsync(transaction, identifier)) return CustomProviderErrors.NotFound;
        await AuditLog.WriteAsync(transaction, request, AuditAction.ProviderDeleted, null, new { provider = identifier });
        await transaction.CommitAsync();
        return Reply.Empty;
    }

    /// <summary>Whoever adds a provider learns at once whether it is there and what it says it is.</summary>
    private async Task<ApiError?> DiscoveryFlawAsync(CustomProvider provider, CancellationToken cancellation)
    {
        if (provider.ToSetup(secret: "", redirectUri: "", isGuarded: true) is not OidcSetup oidc) return null;
        var found = await issuers.FetchAsync(oidc, cancellation);
        return found.Error == ExternalErrors.Unreachable ? AuthErrors.Invalid($"Failed to fetch OIDC discovery document from \"{oidc.DiscoveryUrl}\"") : found.Error;
    }

    private static Result<string> Identifier(AuthRequest request)
    {
        var identifier = request.Route("identifier");
        return CustomProvider.IsIdentifier(identifier) ? identifier : CustomProviderErrors.BadIdentifier(identifier);
    }

    private static Reply ToReply(CustomProvider provider) => Reply.Object(json => WriteMembers(json, provider));

    /// <summary>auth-openapi.yaml, CustomOAuthProviderSchema.</summary>
    private static void WriteMembers(Utf8JsonWriter json, CustomProvider provider)
    {
        json.WriteString("id", provider.Id);
        json.WriteString("provider_type", provider.ProviderType);
        json.WriteString("identifier", provider.Identifier);
        json.WriteString("name", provider.Name);
        json.WriteString("client_id", provider.ClientId);
        List("acceptable_client_ids", provider.AcceptableClientIds);
        List("scopes", provider.Scopes);
        json.WriteBoolean("pkce_enabled", provider.PkceEnabled);
        Raw("attribute_mapping", provider.AttributeMapping);
        List("custom_claims_allowlist", provider.CustomClaimsAllowlist);
        Raw("authorization_params", provider.AuthorizationParams);
        json.WriteBoolean("enabled", provider.Enabled);
        json.WriteBoolean("email_optional", provider.EmailOptional);
        Text("issuer", provider.Issuer);
        Text("discovery_url", provider.DiscoveryUrl);
        if (provider.IsOidc) json.WriteBoolean("skip_nonce_check", provider.SkipNonceCheck);
        Text("authorization_url", provider.AuthorizationUrl);
        Text("token_url", provider.TokenUrl);
        Text("userinfo_url", provider.UserinfoUrl);
        Text("jwks_uri", provider.JwksUri);
        json.WriteString("created_at", provider.CreatedAt);
        json.WriteString("updated_at", provider.UpdatedAt);

        void List(string name, string[] entries)
        {
            json.WriteStartArray(name);
            foreach (var entry in entries) json.WriteStringValue(entry);
            json.WriteEndArray();
        }

        void Raw(string name, string value)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }

        void Text(string name, string? text)
        {
            if (text is not null) json.WriteString(name, text);
        }
    }
}
