using Hedgerow.Auth.Data;
using Hedgerow.Auth.Mail;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.Hooks;

/// <summary>What hooks are made of.</summary>
internal static class HookSetup
{
    public static void AddHooks(this IServiceCollection services)
    {
        services.AddSingleton(room => new HookCaller(room.GetRequiredService<AuthOptions>(), NewClient(), TimeProvider.System, room.GetRequiredService<ILogger<HookCaller>>()));
        services.AddSingleton<AccessTokenHook>();
        services.AddSingleton<AttemptHooks>();
        services.AddSingleton<UserHook>();
    }

    /// <summary>Messages of these channels go to a hook.</summary>
    /// <param name="timeout">Seconds that an address may take.</param>
    public static void AddHookDelivery(this IServiceCollection services, string[] channels, int timeout, HookTarget target) =>
        services.AddSingleton<IDelivery>(room => target switch
        {
            HookTarget.Http address => new HttpHookDelivery(channels, timeout, address, room.GetRequiredService<AuthDatabase>(), NewClient(), TimeProvider.System),
            HookTarget.Function function => ActivatorUtilities.CreateInstance<FunctionHookDelivery>(room, channels, function),
            _ => throw new InvalidOperationException($"There is no hook of type {target.GetType()}."),
        });

    /// <summary>One client for the process: connections are kept, addresses looked up anew now and then.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false });
}
