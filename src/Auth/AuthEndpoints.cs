using Hedgerow.Auth.Admin;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.SignIn;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hedgerow.Auth;

/// <summary>The Auth room: what it is made of, and its routes (auth-openapi.yaml).</summary>
public static class AuthEndpoints
{
    /// <param name="options">Section <c>Auth</c>.</param>
    /// <param name="database">The pool of <c>hedgerow_auth</c>.</param>
    /// <param name="keys">The keys in force; one of them signs.</param>
    /// <param name="issuer">The <c>iss</c> claim of access tokens.</param>
    /// <param name="lifetime">Seconds that an access token is valid for.</param>
    public static void AddAuth(this IServiceCollection services, AuthOptions options, NpgsqlDataSource database, JwtKeySet keys, string issuer, int lifetime)
    {
        services.AddSingleton(options);
        services.AddSingleton(keys);
        services.AddSingleton(new AuthDatabase(database));
        services.AddSingleton(new AccessTokens(new JwtSigner(keys), issuer, lifetime, TimeProvider.System));
        services.AddSingleton<SessionStart>();
        services.AddSingleton<SignUp>();
        services.AddSingleton<PasswordGrant>();
        services.AddSingleton<RefreshGrant>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<Logout>();
        services.AddSingleton<CurrentUser>();
        services.AddSingleton<AdminUsers>();
        services.AddSingleton<AdminUser>();
        services.AddSingleton<Discovery>();
    }

    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth/v1");
        T Room<T>() where T : notnull => routes.ServiceProvider.GetRequiredService<T>();

        auth.MapGet("/health", AuthRoute.Of(Room<Discovery>().HealthAsync));
        auth.MapGet("/settings", AuthRoute.Of(Room<Discovery>().SettingsAsync));
        auth.MapGet("/.well-known/jwks.json", AuthRoute.Of(Room<Discovery>().KeysAsync));

        auth.MapPost("/signup", AuthRoute.Of(Room<SignUp>().PostAsync));
        auth.MapPost("/token", AuthRoute.Of(Room<TokenEndpoint>().PostAsync));
        auth.MapPost("/logout", AuthRoute.Of(Room<Logout>().PostAsync));
        auth.MapGet("/user", AuthRoute.Of(Room<CurrentUser>().GetAsync));
        auth.MapPut("/user", AuthRoute.Of(Room<CurrentUser>().PutAsync));

        auth.MapGet("/admin/users", AuthRoute.ForAdmins(Room<AdminUsers>().ListAsync));
        auth.MapPost("/admin/users", AuthRoute.ForAdmins(Room<AdminUsers>().PostAsync));
        auth.MapGet("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().GetAsync));
        auth.MapPut("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().PutAsync));
        auth.MapDelete("/admin/users/{id}", AuthRoute.ForAdmins(Room<AdminUser>().DeleteAsync));

        routes.MapGet("/.well-known/jwks.json", AuthRoute.Of(Room<Discovery>().KeysAsync));
    }
}
