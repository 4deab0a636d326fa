using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Mail.Inbox;
using Hedgerow.Auth.Phone;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hedgerow.Auth.Mail;

/// <summary>What mail is made of.</summary>
internal static class MailSetup
{
    public static void AddMail(this IServiceCollection services, AuthSetup setup, NpgsqlDataSource database)
    {
        services.AddSingleton(new ExternalAddress(setup.ExternalUrl));
        services.AddSingleton(MailTemplates.Load(setup.Options.Mail));
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailTurns>();
        services.AddSingleton<TokenMails>();
        services.AddSingleton<Notices>();
        var hooks = setup.Options.Hook;
        if (HookTarget.Parse(hooks.SendEmailUri, hooks.SendEmailSecrets) is { } hook) services.AddHookDelivery([Channel.Email], setup.Options.Mail.Smtp.Timeout, hook);
        else if (setup.Options.SendsMail) services.AddSingleton<IDelivery, SmtpDelivery>();
        if (setup.Options.SendsMail || setup.Options.SendsTexts) services.AddHostedService(room => ActivatorUtilities.CreateInstance<MailSender>(room, database));
        if (setup.Options.KeptChannels.Length > 0) services.AddSingleton<DevInbox>();
    }

    public static void MapMail(this IEndpointRouteBuilder auth)
    {
        var options = auth.ServiceProvider.GetRequiredService<AuthOptions>();
        var logger = auth.ServiceProvider.GetRequiredService<ILogger<MailQueue>>();
        if (options.SendsMail && options.AutoConfirm) MailLog.AddressesUnproved(logger);
        if (!options.SendsMail && !options.Mail.DevInbox) MailLog.Dropped(logger);
        if (options.Sms.Enabled && !options.SendsTexts && !options.KeptChannels.Contains(Channel.Sms)) MailLog.TextsDropped(logger);
        if (options.KeptChannels.Length > 0) auth.MapInbox();
    }
}
