using Hedgerow.Auth.External;
using Hedgerow.Auth.External.Custom;

namespace Hedgerow.Tests.Unit.Auth;

/// <summary>Providers of the configuration (<c>Auth:CustomProviders:Configured</c>).</summary>
public sealed class CustomProviderTests
{
    [Fact]
    public void A_provider_is_read_from_the_configuration()
    {
        var provider = Assert.Single(CustomProviders.Parse("""
            [{"provider_type": "oidc", "identifier": "acme", "name": "Acme", "client_id": "c", "client_secret": "s", "issuer": "http://keycloak.internal/realms/acme",
              "scopes": ["email"], "authorization_params": {"prompt": "login"}, "acceptable_client_ids": ["mobile"]}]
            """));
        var setup = Assert.IsType<OidcSetup>(provider.ToSetup(provider.ClientSecret, "https://here/callback", isGuarded: false));
        Assert.Equal(("custom:acme", "http://keycloak.internal/realms/acme/.well-known/openid-configuration"), (setup.Name, setup.DiscoveryUrl));
        Assert.Equal(["openid", "email"], setup.Scopes);
        Assert.Equal(["c", "mobile"], setup.Audiences);
        Assert.Equal("login", setup.AuthorizationParameters["prompt"]);
        Assert.True(setup.UsesPkce);
    }

    [Theory]
    [InlineData("{}", "must be a JSON array of providers")]
    [InlineData("nonsense", "must be a JSON array of providers")]
    [InlineData("""[{"provider_type":"saml"}]""", "provider 1: provider_type must be either 'oauth2' or 'oidc'")]
    [InlineData("""[{"provider_type":"oidc","identifier":"a","name":"A","client_id":"c","client_secret":"s"}]""", "provider 1: issuer is required for OIDC providers")]
    [InlineData("""[{"provider_type":"oauth2","identifier":"a","name":"A","client_id":"c","client_secret":"s"}]""", "provider 1: authorization_url is required for OAuth2 providers")]
    [InlineData("""[{"provider_type":"oidc","identifier":"google","name":"A"}]""", "Cannot use reserved provider name: google")]
    [InlineData("""[{"provider_type":"oidc","identifier":"a b","name":"A"}]""", "identifier must have 1 to 100 letters")]
    public void What_is_wrong_stops_the_start_and_is_said(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => CustomProviders.Parse(json)).Message, StringComparison.Ordinal);
}
