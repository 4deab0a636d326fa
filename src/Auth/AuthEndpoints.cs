using Hedgerow.Auth.Admin;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Mail;
using Hedgerow.Auth.Mfa;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Phone;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.SignIn;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hedgerow.Auth;

/// <summary>The Auth room: what it is made of, and its routes (auth-openapi.yaml).</summary>
public static class AuthEndpoints
{
    public static void AddAuth(this IServiceCollection services, AuthSetup setup, NpgsqlDataSource database)
    {
        services.AddSingleton(setup.Options);
        services.AddStoredKeys(setup.Keys, setup.Jwt, new KeyStore(database, new SecretBox(setup.SigningKeyKey)));
        services.AddSingleton(new AuthDatabase(database));
        services.AddSingleton(setup.Options.RateLimits);
        services.AddSingleton<RateLimits>();
        services.AddSingleton(room => new AccessTokens(room.GetRequiredService<KeyRing>(), setup.Issuer, setup.Jwt.Expiry, TimeProvider.System));
        services.AddSingleton(new OneTimeTokens(setup.OneTimeTokenKey, setup.Options));
        services.AddSingleton<RedirectUrls>();
        services.AddSingleton<Redemption>();
        services.AddSingleton<Verify>();
        services.AddSingleton<OtpEndpoint>();
        services.AddSingleton<Recover>();
        services.AddSingleton<Resend>();
        services.AddSingleton<Reauthentication>();
        services.AddSingleton<GenerateLink>();
        services.AddSingleton<Invite>();
        services.AddHooks();
        services.AddSingleton<SessionStart>();
        services.AddSingleton<DirectSignUp>();
        services.AddSingleton<ConfirmedSignUp>();
        services.AddSingleton<SignUp>();
        services.AddSingleton<PasswordGrant>();
        services.AddSingleton<RefreshGrant>();
        services.AddSingleton<FlowStates>();
        services.AddSingleton<PkceGrant>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<Logout>();
        services.AddSingleton<CurrentUser>();
        services.AddSingleton<AdminUsers>();
        services.AddSingleton<AdminUser>();
        services.AddSingleton<AdminAudit>();
        services.AddSingleton<Discovery>();
        services.AddPhone(setup.Options);
        services.AddMail(setup, database);
        services.AddMfa(setup);
        services.AddExternal(setup);
    }

    /// <summary>Keys that rotations added, for gateways that verify tokens but make none as well.</summary>
    public static void AddStoredKeys(this IServiceCollection services, JwtKeySet configured, JwtOptions options, KeyStore store)
    {
        services.AddSingleton(new KeyRing(configured));
        services.AddSingleton(options);
        services.AddSingleton(store);
        services.AddSingleton<KeyReloader>();
        services.AddHostedService(room => room.GetRequiredService<KeyReloader>());
    }

    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth/v1");
        T Room<T>() where T : notnull => routes.ServiceProvider.GetRequiredService<T>();
        var limits = Room<RateLimits>();

        auth.MapGet("/health", AuthRoute.Of(Room<Discovery>().HealthAsync));
        auth.MapGet("/settings", AuthRoute.Of(Room<Discovery>().SettingsAsync));
        auth.MapGet("/.well-known/jwks.json", AuthRoute.Of(Room<Discovery>().KeysAsync));

        auth.MapPost("/signup", AuthRoute.Of(Room<SignUp>().PostAsync));
        auth.MapPost("/token", AuthRoute.Of(Room<TokenEndpoint>().PostAsync));
        auth.MapGet("/verify", AuthRoute.Of(limits.Verifications(Room<Verify>().GetAsync)));
        auth.MapPost("/verify", AuthRoute.Of(limits.Verifications(Room<Verify>().PostAsync)));
        auth.MapPost("/otp", AuthRoute.Of(limits.Messages("otp", Room<OtpEndpoint>().PostAsync)));
        auth.MapPost("/magiclink", AuthRoute.Of(limits.Messages("otp", Room<OtpEndpoint>().PostMagicLinkAsync)));
        auth.MapPost("/recover", AuthRoute.Of(limits.Messages("recover", Room<Recover>().PostAsync)));
        auth.MapPost("/resend", AuthRoute.Of(limits.Messages("resend", Room<Resend>().PostAsync)));
        // The description says POST, the official client GET.
        auth.MapMethods("/reauthenticate", ["GET", "POST"], AuthRoute.Of(limits.Messages("reauthenticate", Room<Reauthentication>().SendAsync)));
        auth.MapPost("/logout", AuthRoute.Of(Room<Logout>().PostAsync));
        auth.MapPost("/sso", AuthRoute.Of((_, _) => Task.FromResult<Result<Reply>>(AuthErrors.SamlDisabled)));
        auth.MapGet("/user", AuthRoute.Of(Room<CurrentUser>().GetAsync));
        auth.MapPut("/user", AuthRoute.Of(limits.Messages("user", Room<CurrentUser>().PutAsync)));

        auth.MapMfa();
        auth.MapMail();
        auth.MapExternal();

        auth.MapPost("/invite", AuthRoute.ForAdmins(Room<Invite>().PostAsync));
        auth.MapPost("/admin/generate_link", AuthRoute.ForAdmins(Room<GenerateLink>().PostAsync));
        auth.MapGet("/admin/audit", AuthRoute.ForAdmins(Room<AdminAudit>().ListAsync));
        auth.MapGet("/admin/users", AuthRoute.ForAdmins(Room<AdminUsers>().ListAsync));
        auth.MapPost("/admin/users", AuthRoute.ForAdmins(Room<AdminUsers>().PostAsync));
        auth.MapGet("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().GetAsync));
        auth.MapPut("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().PutAsync));
        auth.MapDelete("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().DeleteAsync));

        routes.MapGet("/.well-known/jwks.json", AuthRoute.Of(Room<Discovery>().KeysAsync));
    }
}
