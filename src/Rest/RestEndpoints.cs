using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Rest;

/// <summary>How the host takes REST in.</summary>
public static class RestEndpoints
{
    /// <summary>
    /// The room's services, <see cref="LiveRest"/> first. The host has the schema loaded before it calls itself ready, and sets the
    /// <c>Identity</c> feature on every request.
    /// </summary>
    /// <param name="database">The pool of the login that requests run under. Where the host has a <see cref="Multiplexer"/> of that login, quick requests share its connections.</param>
    /// <param name="reloadConfiguration">What <c>reload config</c> asks for, before the schema is read again.</param>
    public static IServiceCollection AddRest(
        this IServiceCollection services, RestOptions options, NpgsqlDataSource database, RestSecrets secrets,
        Func<IServiceProvider, Func<CancellationToken, Task>> reloadConfiguration)
    {
        services.AddSingleton(provider => new LiveRest(options, database, provider.GetService<Multiplexer>(), secrets, provider.GetRequiredService<ILogger<LiveRest>>()));
        services.AddHostedService(provider => new ReloadListener(
            database, provider.GetRequiredService<LiveRest>(), reloadConfiguration(provider), provider.GetRequiredService<ILogger<ReloadListener>>()));
        return services;
    }

    /// <summary>Answers everything under <see cref="RestOptions.BasePath"/> that no other route takes.</summary>
    public static IEndpointConventionBuilder MapRest(this IEndpointRouteBuilder routes)
    {
        var rest = routes.ServiceProvider.GetRequiredService<LiveRest>();
        var prefix = rest.Options.BasePath.TrimEnd('/');
        var route = routes.Map($"{prefix}/{{**path}}", rest.HandleAsync);
        // Other rooms' routes are more exact; where REST serves the root it must lose against them.
        route.Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue - 1);
        return route;
    }
}
