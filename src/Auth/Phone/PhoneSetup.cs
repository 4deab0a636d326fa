using Hedgerow.Auth.Mail;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Auth.Phone;

/// <summary>What signing in by phone is made of.</summary>
internal static class PhoneSetup
{
    public static void AddPhone(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(new TestCodes(options, TimeProvider.System));
        services.AddSingleton<PhoneMessages>();
        services.AddSingleton<PhoneSignUp>();
        services.AddSingleton<PhoneOtp>();
        services.AddSingleton<PhoneVerify>();
        if (!options.SendsTexts) return;
        // One client for the process: connections are kept, addresses looked up anew now and then.
        services.AddSingleton<IDelivery>(room =>
        {
            var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false });
            return options.Hook.SendSmsUri.Length > 0
                ? ActivatorUtilities.CreateInstance<HookDelivery>(room, http, TimeProvider.System)
                : ActivatorUtilities.CreateInstance<TwilioDelivery>(room, http);
        });
    }
}
