using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Execution;
using Hedgerow.Rest.Request;
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
    /// The room's services. The host loads the schema (<see cref="SchemaCacheStore.ReloadAsync"/>) before it calls itself ready,
    /// and sets the <c>Identity</c> feature on every request.
    /// </summary>
    /// <param name="database">The pool of the login that requests run under.</param>
    /// <param name="shared">The same login's connections that quick requests share; null: each request has one of the pool.</param>
    public static IServiceCollection AddRest(
        this IServiceCollection services, RestOptions options, NpgsqlDataSource database, Multiplexer? shared = null, RestSecrets? secrets = null)
    {
        var schemas = new SchemaCacheStore(database, options);
        services.AddSingleton(options);
        services.AddSingleton(schemas);
        var scripts = new RequestScript(options, secrets ?? new RestSecrets(null));
        services.AddSingleton(new RestHandler(
            options, new ApiRequestParser(options), schemas,
            new StatementRunner(database, shared, options, scripts), new DescriptionRunner(database, options, scripts)));
        services.AddHostedService(provider => new SchemaReloadListener(
            database, schemas, provider.GetRequiredService<ILogger<SchemaReloadListener>>()));
        return services;
    }

    /// <summary>Answers everything under <see cref="RestOptions.BasePath"/> that no other route takes.</summary>
    public static IEndpointConventionBuilder MapRest(this IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<RestOptions>();
        var handler = routes.ServiceProvider.GetRequiredService<RestHandler>();
        var prefix = options.BasePath.TrimEnd('/');
        var route = routes.Map($"{prefix}/{{**path}}", handler.HandleAsync);
        // Other rooms' routes are more exact; where REST serves the root it must lose against them.
        route.Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue - 1);
        return route;
    }
}
