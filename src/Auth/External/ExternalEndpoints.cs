using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.External.Custom;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.External.SignIn;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Identities;
using Hedgerow.Auth.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Auth.External;

/// <summary>Signing in with accounts elsewhere, and the identities that come of it: what it is made of, and its routes.</summary>
public static class ExternalEndpoints
{
    public static void AddExternal(this IServiceCollection services, AuthSetup setup)
    {
        var allowLoopback = setup.Options.CustomProviders.AllowLoopback ?? new Uri(setup.ExternalUrl).IsLoopback;
        services.AddSingleton(setup.Options.CustomProviders);
        services.AddSingleton(new ProviderSecrets(new SecretBox(setup.ProviderSecretKey)));
        services.AddSingleton(room => ActivatorUtilities.CreateInstance<ProviderClients>(room, setup.Options.External, allowLoopback));
        services.AddSingleton(room => ActivatorUtilities.CreateInstance<Issuers>(room, TimeProvider.System));
        services.AddSingleton<OidcProfile>();
        services.AddSingleton(new BuiltInProviders(setup.Options.External));
        services.AddSingleton<CustomProviders>();
        services.AddSingleton<ProviderDirectory>();
        services.AddSingleton<OutgoingFlows>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<ProofByMail>();
        services.AddSingleton<ExternalSignIn>();
        services.AddSingleton<LinkIdentity>();
        services.AddSingleton<UnlinkIdentity>();
        services.AddSingleton<AcceptInvitation>();
        services.AddSingleton<Admittance>();
        services.AddSingleton<BeginSignIn>();
        services.AddSingleton<Callback>();
        services.AddSingleton<IdTokenGrant>();
        services.AddSingleton<CustomProvidersAdmin>();
    }

    /// <param name="auth">The group <c>/auth/v1</c>.</param>
    public static void MapExternal(this IEndpointRouteBuilder auth)
    {
        T Room<T>() where T : notnull => auth.ServiceProvider.GetRequiredService<T>();
        var limits = Room<RateLimits>();

        auth.MapGet("/authorize", AuthRoute.Of(limits.Departures(Room<BeginSignIn>().AuthorizeAsync)));
        auth.MapGet("/callback", AuthRoute.Of(Room<Callback>().HandleAsync));
        auth.MapPost("/callback", AuthRoute.Of(Room<Callback>().HandleAsync));
        auth.MapGet("/user/identities/authorize", AuthRoute.Of(limits.Departures(Room<BeginSignIn>().LinkAsync)));
        auth.MapDelete("/user/identities/{identityId}", AuthRoute.Of(Room<UnlinkIdentity>().DeleteAsync));

        auth.MapGet("/admin/custom-providers", AuthRoute.ForAdmins(Room<CustomProvidersAdmin>().ListAsync));
        auth.MapPost("/admin/custom-providers", AuthRoute.ForAdmins(Room<CustomProvidersAdmin>().PostAsync));
        auth.MapGet("/admin/custom-providers/{identifier}", AuthRoute.ForAdmins(Room<CustomProvidersAdmin>().GetAsync));
        auth.MapPut("/admin/custom-providers/{identifier}", AuthRoute.ForAdmins(Room<CustomProvidersAdmin>().PutAsync));
        auth.MapDelete("/admin/custom-providers/{identifier}", AuthRoute.ForAdmins(Room<CustomProvidersAdmin>().DeleteAsync));
    }
}
