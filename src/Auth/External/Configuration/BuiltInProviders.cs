using Hedgerow.Auth.External.Profiles;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Configuration;

/// <summary>The providers that are known by name. Each is where it usually is, or where <see cref="ProviderOptions.Url"/> says.</summary>
public sealed class BuiltInProviders(ExternalOptions options)
{
    /// <summary>The names, in GoTrue's order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bitbucket", "github", "gitlab", "google"];

    /// <summary>What <paramref name="name"/> is configured with; null where no such provider is built in.</summary>
    public ProviderOptions? OptionsOf(string name) => name switch
    {
        "bitbucket" => options.Bitbucket,
        "github" => options.Github,
        "gitlab" => options.Gitlab,
        "google" => options.Google,
        _ => null,
    };

    /// <summary>The provider, ready to be asked.</summary>
    /// <param name="callback">Where it sends people back to unless its options say otherwise.</param>
    public Result<ProviderSetup> Find(string name, string callback)
    {
        if (OptionsOf(name) is not { } own) return ExternalErrors.Unsupported($"Provider {name} could not be found");
        if (!own.Enabled) return ExternalErrors.NotEnabled;
        return name switch
        {
            "bitbucket" => Bitbucket(own, callback),
            "github" => GitHub(own, callback),
            "gitlab" => GitLab(own, callback),
            _ => Google(own, callback),
        };
    }

    private static OAuth2Setup GitHub(ProviderOptions own, string callback)
    {
        var host = own.Url.Length > 0 ? own.Url.TrimEnd('/') : "https://github.com";
        // A GitHub Enterprise Server has its API below its own address.
        var api = host == "https://github.com" ? "https://api.github.com" : $"{host}/api/v3";
        return OAuth2("github", own, callback, ["user:email"], new($"{host}/login/oauth/authorize", $"{host}/login/oauth/access_token", ClientAuthentication.Post), new GitHubProfile(api).ReadAsync);
    }

    private static OAuth2Setup GitLab(ProviderOptions own, string callback)
    {
        var host = own.Url.Length > 0 ? own.Url.TrimEnd('/') : "https://gitlab.com";
        return OAuth2("gitlab", own, callback, ["read_user"], new($"{host}/oauth/authorize", $"{host}/oauth/token", ClientAuthentication.Post), new GitLabProfile(host).ReadAsync);
    }

    private static OAuth2Setup Bitbucket(ProviderOptions own, string callback)
    {
        var host = own.Url.Length > 0 ? own.Url.TrimEnd('/') : "https://bitbucket.org";
        var api = host == "https://bitbucket.org" ? "https://api.bitbucket.org" : host;
        return OAuth2(
            "bitbucket", own, callback, ["account", "email"], new($"{host}/site/oauth2/authorize", $"{host}/site/oauth2/access_token", ClientAuthentication.Basic), new BitbucketProfile(api).ReadAsync)
            with { UsesPkce = false };
    }

    private static OidcSetup Google(ProviderOptions own, string callback)
    {
        var issuer = own.Url.Length > 0 ? own.Url : "https://accounts.google.com";
        return new OidcSetup
        {
            Name = "google",
            Audiences = Clients(own),
            Secret = own.Secret,
            RedirectUri = own.RedirectUri.Length > 0 ? own.RedirectUri : callback,
            Scopes = ["openid", "email", "profile"],
            EmailOptional = own.EmailOptional,
            Issuer = issuer,
            // Google's tokens have named it both ways (developers.google.com/identity/openid-connect).
            IssuerAlias = own.Url.Length > 0 ? null : "accounts.google.com",
            DiscoveryUrl = OidcSetup.StandardDiscoveryUrl(issuer),
            SkipNonceCheck = own.SkipNonceCheck,
            ReadClaims = GoogleProfile.Read,
        };
    }

    private static OAuth2Setup OAuth2(string name, ProviderOptions own, string callback, string[] scopes, ProviderEndpoints endpoints, ProfileReader profile) => new()
    {
        Name = name,
        Audiences = Clients(own),
        Secret = own.Secret,
        RedirectUri = own.RedirectUri.Length > 0 ? own.RedirectUri : callback,
        Scopes = scopes,
        EmailOptional = own.EmailOptional,
        Endpoints = endpoints,
        ReadProfile = profile,
    };

    private static string[] Clients(ProviderOptions own) => own.ClientId.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
