using Hedgerow.Auth.Data;

namespace Hedgerow.Auth.External.Custom;

/// <summary>Reads and writes <c>auth.custom_oauth_providers</c>.</summary>
public static class CustomProviderRows
{
    private const string Columns = """
        id, provider_type, identifier, name, client_id, client_secret, acceptable_client_ids, scopes, pkce_enabled, attribute_mapping::text as attribute_mapping,
        authorization_params::text as authorization_params, enabled, email_optional, issuer, discovery_url, skip_nonce_check, authorization_url, token_url, userinfo_url,
        jwks_uri, created_at, updated_at, custom_claims_allowlist
        """;

    private const string All = $"select {Columns} from auth.custom_oauth_providers where @type::text is null or provider_type = @type order by created_at desc, id";
    private const string ByIdentifier = $"select {Columns} from auth.custom_oauth_providers where lower(identifier) = lower(@identifier)";
    private const string Lock = $"{ByIdentifier} for update";
    private const string Serialise = "select pg_advisory_xact_lock(hashtextextended('auth:custom_oauth_providers', 0))";
    private const string Count = "select count(*)::int from auth.custom_oauth_providers";
    private const string Remove = "delete from auth.custom_oauth_providers where lower(identifier) = lower(@identifier) returning identifier";

    private const string Write = $"""
        insert into auth.custom_oauth_providers as p (
          id, provider_type, identifier, name, client_id, client_secret, acceptable_client_ids, scopes, pkce_enabled, attribute_mapping, authorization_params, enabled,
          email_optional, issuer, discovery_url, skip_nonce_check, authorization_url, token_url, userinfo_url, jwks_uri, custom_claims_allowlist)
        values (
          @Id, @ProviderType, @Identifier, @Name, @ClientId, @ClientSecret, @AcceptableClientIds, @Scopes, @PkceEnabled, @AttributeMapping::jsonb, @AuthorizationParams::jsonb,
          @Enabled, @EmailOptional, @Issuer, @DiscoveryUrl, @SkipNonceCheck, @AuthorizationUrl, @TokenUrl, @UserinfoUrl, @JwksUri, @CustomClaimsAllowlist)
        on conflict (id) do update set
          name = excluded.name, client_id = excluded.client_id, client_secret = excluded.client_secret, acceptable_client_ids = excluded.acceptable_client_ids,
          scopes = excluded.scopes, pkce_enabled = excluded.pkce_enabled, attribute_mapping = excluded.attribute_mapping, authorization_params = excluded.authorization_params,
          enabled = excluded.enabled, email_optional = excluded.email_optional, issuer = excluded.issuer, discovery_url = excluded.discovery_url,
          skip_nonce_check = excluded.skip_nonce_check, authorization_url = excluded.authorization_url, token_url = excluded.token_url, userinfo_url = excluded.userinfo_url,
          jwks_uri = excluded.jwks_uri, custom_claims_allowlist = excluded.custom_claims_allowlist, updated_at = now()
        returning {Columns}
        """;

    /// <summary>All, newest first.</summary>
    /// <param name="type"><c>oidc</c>, <c>oauth2</c>, or null for both.</param>
    public static Task<IEnumerable<CustomProvider>> ListAsync(AuthTransaction transaction, string? type) => transaction.ManyAsync<CustomProvider>(All, new { type });

    public static Task<CustomProvider?> FindAsync(AuthTransaction transaction, string identifier) =>
        transaction.OneAsync<CustomProvider>(ByIdentifier, new { identifier });

    /// <summary>The same; nobody else changes it before the transaction ends.</summary>
    public static Task<CustomProvider?> LockAsync(AuthTransaction transaction, string identifier) =>
        transaction.OneAsync<CustomProvider>(Lock, new { identifier });

    /// <summary>How many there are; nobody else who counts first adds one before the transaction ends.</summary>
    public static async Task<int> CountAsync(AuthTransaction transaction)
    {
        await transaction.ExecuteAsync(Serialise);
        return await transaction.OneAsync<int>(Count);
    }

    /// <summary>Inserts or updates; the row as it is now. A taken identifier is a unique violation.</summary>
    public static async Task<CustomProvider> WriteAsync(AuthTransaction transaction, CustomProvider provider) =>
        await transaction.OneAsync<CustomProvider>(Write, provider) ?? throw new InvalidOperationException("The statement returns the row.");

    /// <summary>False where there was none.</summary>
    public static async Task<bool> RemoveAsync(AuthTransaction transaction, string identifier) =>
        await transaction.OneAsync<string>(Remove, new { identifier }) is not null;
}
