using Hedgerow.Auth;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Gateway.Metrics;
using Hedgerow.Gateway.Operations;
using Hedgerow.Gateway.Requests;
using Hedgerow.Realtime;
using Hedgerow.Rest;
using Hedgerow.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Gateway;

/// <summary>The composition root: what the platform is made of, and what a request passes on its way.</summary>
public static class GatewayHost
{
    /// <summary>The platform, ready to start (<see cref="WebApplication.StartAsync"/>, <see cref="WebApplication.Urls"/>, <see cref="WebApplication.StopAsync"/>).</summary>
    /// <param name="configuration">Usually <see cref="GatewaySettings.Layer"/>.</param>
    /// <param name="logging">Adds to the log's settings; by default it goes to the console.</param>
    /// <exception cref="SettingException">A setting is unknown, malformed or missing; the message is meant for the user.</exception>
    public static WebApplication Build(IConfiguration configuration, Action<ILoggingBuilder>? logging = null)
    {
        var settings = GatewaySettings.Read(configuration);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddServer(settings, configuration, logging);

        var keys = JwtKeySet.From(settings.Jwt);
        var rest = Databases.ForRest(settings.Db);
        var verifier = new JwtVerifier(keys, settings.Jwt, settings.Rest.AnonRole, TimeProvider.System);
        builder.Services.AddSingleton(verifier);
        builder.Services.AddOperations(settings.Gateway, rest);
        if (Databases.SharedForRest(settings.Db) is { } shared) builder.Services.AddSingleton(_ => shared);
        builder.Services.AddRest(settings.Rest, rest, settings.RestSecrets, services => services.GetRequiredService<LiveSettings>().ReloadAsync);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<LiveSettings>(services, configuration, settings, rest));
        if (settings.ServesAuth) builder.Services.AddAuth(settings.AuthSetup(keys), Databases.ForAuth(settings.Db));
        // Whoever serves a platform's database as it is takes its rotated keys too.
        else if (settings.SigningKeyKey is { } sealing) builder.Services.AddStoredKeys(keys, settings.Jwt, new KeyStore(rest, new SecretBox(sealing), mayBeAbsent: true));
        if (settings.ServesAuth) builder.Services.AddSingleton(provider => new ReadinessCheck("keys", _ => ValueTask.FromResult(provider.GetRequiredService<KeyReloader>().IsLoaded)));
        if (settings.ServesRealtime)
        {
            builder.Services.AddRealtime(settings.Realtime, Databases.ForRealtime(settings), token => verifier.Verify(token));
            builder.Services.AddSingleton(provider => new ReadinessCheck("realtime", _ => ValueTask.FromResult(provider.GetRequiredService<RealtimeEngine>().Healthy)));
        }
        if (settings.ServesStorage) builder.Services.AddObjectStorage(settings);

        var app = builder.Build();
        app.TrustProxies(settings.Gateway);
        app.UseMiddleware<RequestMeter>(settings.Gateway);
        app.UseMiddleware<CorsPolicy>();
        app.UseMiddleware<ErrorBoundary>();
        app.UseMiddleware<RequestLimits>(settings.Gateway, settings.Rest.MaxBodyBytes);
        app.UseMiddleware<LargeBodies>();
        app.UseMiddleware<IdentityGate>();
        if (settings.ServesAuth) app.UseMiddleware<ApiKeyGate>(rest, settings.Rest.BasePath);
        if (settings.ServesRealtime) app.UseWebSockets();
        app.UseExamplePages(settings.Gateway);
        app.UseRouting();
        app.MapHealth();
        app.MapMetrics();
        if (settings.ServesAuth) app.MapAuth();
        if (settings.ServesRealtime) app.MapRealtime();
        if (settings.ServesStorage) app.MapStorage();
        app.MapRest();
        app.MapFallback("{**path}", NoRoute.AnswerAsync);
        return app;
    }
}
