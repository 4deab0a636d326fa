using System.Text.Json;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External;

/// <summary>What this server knows of a provider before it has asked it anything.</summary>
public abstract record ProviderSetup
{
    /// <summary>As requests and <c>auth.identities.provider</c> name it: <c>github</c>, <c>custom:acme</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The client that this server is there; the first of <see cref="Audiences"/>.</summary>
    public string ClientId => Audiences[0];

    /// <summary>The clients whose id_tokens are taken. Never empty.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    public required string Secret { get; init; }

    /// <summary>Where the provider sends people back to.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Scopes that are asked for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Scopes that a request names come instead of <see cref="Scopes"/> rather than beside them.</summary>
    public bool RequestReplacesScopes { get; init; }

    /// <summary>The provider's code can only be redeemed by whoever asked for it (RFC 7636).</summary>
    public bool UsesPkce { get; init; } = true;

    /// <summary>People may sign in whose address the provider does not tell.</summary>
    public bool EmailOptional { get; init; }

    /// <summary>Its addresses came over HTTP rather than from the operator: no request may lead inside with them.</summary>
    public bool IsGuarded { get; init; }

    /// <summary>Further parameters of the provider's authorization page.</summary>
    public IReadOnlyDictionary<string, string> AuthorizationParameters { get; init; } = new Dictionary<string, string>();
}

/// <summary>An OAuth 2.0 provider, whose profile is read in its own way.</summary>
public sealed record OAuth2Setup : ProviderSetup
{
    public required ProviderEndpoints Endpoints { get; init; }

    /// <summary>Asks who signed in.</summary>
    public required ProfileReader ReadProfile { get; init; }
}

/// <summary>An OpenID Connect provider: what else must be known, its discovery document tells.</summary>
public sealed record OidcSetup : ProviderSetup
{
    /// <summary>Exactly as its tokens' <c>iss</c> has it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Another spelling of <see cref="Issuer"/> that its tokens may bear (Google's).</summary>
    public string? IssuerAlias { get; init; }

    public required string DiscoveryUrl { get; init; }

    /// <summary><c>id_token</c> sign-in takes tokens whatever nonce they bear.</summary>
    public bool SkipNonceCheck { get; init; }

    /// <summary>Makes a profile of the claims in a token, or of those that userinfo tells: a JSON object.</summary>
    public required Func<JsonElement, Result<ExternalUser>> ReadClaims { get; init; }

    /// <summary>The standard's place for the discovery document (OpenID Connect Discovery 1.0, 4).</summary>
    public static string StandardDiscoveryUrl(string issuer) => $"{issuer.TrimEnd('/')}/.well-known/openid-configuration";
}

/// <summary>The addresses of a provider that this server and the browser use.</summary>
/// <param name="Authorization">Where the person is sent.</param>
/// <param name="Token">Where a code is redeemed.</param>
/// <param name="Authentication">How this server proves there which client it is.</param>
public sealed record ProviderEndpoints(string Authorization, string Token, ClientAuthentication Authentication);

/// <summary>How a client authenticates at a token endpoint (OpenID Connect Core, 9).</summary>
public enum ClientAuthentication
{
    /// <summary><c>client_secret_basic</c>: in the <c>Authorization</c> header.</summary>
    Basic,

    /// <summary><c>client_secret_post</c>: in the body.</summary>
    Post,

    /// <summary>Unknown: the header first, the body where the header is refused.</summary>
    Either,
}
