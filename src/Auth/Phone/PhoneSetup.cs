using Hedgerow.Auth.Hooks;
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
        if (HookTarget.Parse(options.Hook.SendSmsUri, options.Hook.SendSmsSecrets) is { } hook) services.AddHookDelivery(Channel.OfPhones, options.Sms.Timeout, hook);
        else if (options.SendsTexts) services.AddSingleton<IDelivery>(new TwilioDelivery(options, HookSetup.NewClient()));
    }
}
