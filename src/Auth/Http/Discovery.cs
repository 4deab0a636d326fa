using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Http;

/// <summary>What anybody may know of the server: <c>/health</c>, <c>/settings</c>, <c>/.well-known/jwks.json</c>.</summary>
public sealed class Discovery(AuthOptions options, BuiltInProviders builtIn, KeyRing keys)
{
    private static readonly string[] s_providers =
    [
        "apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab", "google", "kakao", "keycloak", "linkedin", "linkedin_oidc",
        "notion", "slack", "slack_oidc", "snapchat", "spotify", "twitch", "twitter", "workos", "zoom",
    ];

    public Task<Result<Reply>> HealthAsync(AuthRequest request, CancellationToken cancellation) =>
        Task.FromResult<Result<Reply>>(Reply.Object(json =>
        {
            json.WriteString("version", $"hedgerow-{typeof(Discovery).Assembly.GetName().Version?.ToString(3)}");
            json.WriteString("name", "GoTrue");
            json.WriteString("description", "Hedgerow's auth, in the manner of GoTrue");
        }));

    public Task<Result<Reply>> KeysAsync(AuthRequest request, CancellationToken cancellation) => 
        Task.FromResult<Result<Reply>>(new Reply(200, keys.PublicJwks) { Headers = [new("Cache-Control", "public, max-age=600")] });

    public Task<Result<Reply>> SettingsAsync(AuthRequest request, CancellationToken cancellation) =>
        Task.FromResult<Result<Reply>>(Reply.Object(json =>
        {
            json.WriteStartObject("external");
            json.WriteBoolean("anonymous_users", options.AnonymousUsers);
            foreach (var provider in s_providers) json.WriteBoolean(provider, builtIn.OptionsOf(provider)?.Enabled ?? false);
            json.WriteBoolean("email", true);
            json.WriteBoolean("phone", options.Sms.Enabled);
            json.WriteEndObject();
            json.WriteBoolean("disable_signup", options.DisableSignup);
            json.WriteBoolean("mailer_autoconfirm", options.AutoConfirm);
            json.WriteBoolean("phone_autoconfirm", options.Sms.AutoConfirm);
            json.WriteString("sms_provider", options.Sms.Provider);
            json.WriteBoolean("saml_enabled", false);
        }));
}
