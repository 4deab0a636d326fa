using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Auth.Mfa;

/// <summary>Second factors: what they are made of, and their routes.</summary>
public static class MfaEndpoints
{
    public static void AddMfa(this IServiceCollection services, AuthSetup setup)
    {
        services.AddSingleton(setup.Options.Mfa);
        services.AddSingleton(new SecretBox(setup.FactorSecretKey));
        services.AddSingleton<AttemptLimit>();
        services.AddSingleton<EnrollFactor>();
        services.AddSingleton<ChallengeFactor>();
        services.AddSingleton(room => ActivatorUtilities.CreateInstance<VerifyFactor>(room, TimeProvider.System));
        services.AddSingleton<UnenrollFactor>();
        services.AddSingleton<AdminFactors>();
    }

    /// <param name="auth">The group <c>/auth/v1</c>.</param>
    public static void MapMfa(this IEndpointRouteBuilder auth)
    {
        T Room<T>() where T : notnull => auth.ServiceProvider.GetRequiredService<T>();

        auth.MapPost("/factors", AuthRoute.Of(Room<EnrollFactor>().PostAsync));
        auth.MapPost("/factors/{factorId}/challenge", AuthRoute.Of(Room<ChallengeFactor>().PostAsync));
        auth.MapPost("/factors/{factorId}/verify", AuthRoute.Of(Room<VerifyFactor>().PostAsync));
        auth.MapDelete("/factors/{factorId}", AuthRoute.Of(Room<UnenrollFactor>().DeleteAsync));

        auth.MapGet("/admin/users/{userId}/factors", AuthRoute.ForAdmins(Room<AdminFactors>().ListAsync));
        auth.MapPut("/admin/users/{userId}/factors/{factorId}", AuthRoute.ForAdmins(Room<AdminFactors>().PutAsync));
        auth.MapDelete("/admin/users/{userId}/factors/{factorId}", AuthRoute.ForAdmins(Room<AdminFactors>().DeleteAsync));
    }
}
